import { asArray, asObject, asString, parseObject } from '../../model/json.ts';

/** One model of `/v1/models`, an adapter (LoRA) too. */
export interface ServedModel {
  readonly id: string;
  /** The weights behind an alias; null where the server does not say. */
  readonly root: string | null;
  /** The model that an adapter belongs to; null of a model itself. */
  readonly parent: string | null;
  readonly maxModelLen: number | null;
}

/** Reads a body of `/v1/models`; empty when it cannot be understood. */
export function modelsOf(body: string): readonly ServedModel[] {
  return asArray(parseObject(body)?.data).flatMap((entry) => {
    const model = asObject(entry);
    const id = asString(model?.id);
    if (model === null || id === null || id === '') return [];
    const length = model.max_model_len;
    return [
      {
        id,
        root: asString(model.root),
        parent: asString(model.parent),
        maxModelLen: typeof length === 'number' ? length : null,
      },
    ];
  });
}

/** Reads a body of `/version`; null when it cannot be understood. */
export function versionOf(body: string): string | null {
  return asString(parseObject(body)?.version);
}
