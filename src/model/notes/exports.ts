/** Why a request is not in a file of another tool, a closed list. */
export const EXPORT_SKIPS = [
  'noBody',
  /** The tape has only the beginning of the body. */
  'cut',
  /** The body is no JSON object in UTF-8. */
  'notJson',
  /** The format has only texts, and the request has none: token ids, images alone, or no message of a user. */
  'noText',
] as const;

export type ExportSkip = (typeof EXPORT_SKIPS)[number];

/** What a format of another tool does not have, a closed list. */
export const EXPORT_LOSSES = [
  'times',
  'headers',
  'paths',
  'bodies',
  'answers',
  'chunkTimes',
  /** They are in a member that other tools do not have. */
  'chunkTimesForOthers',
  'allButTextAndLength',
  'allButTexts',
] as const;

export type ExportLoss = (typeof EXPORT_LOSSES)[number];
