import { invalidReasons } from '../../measure/invalid-reasons.ts';
import { type RunSummary, summarizeRun } from '../../measure/run-summary.ts';
import { isManyBreaks, joinShardEnds, shardReasons } from '../../measure/shards.ts';
import { lostStart, type Run, type RunEnd, type RunStart, type ShardStart } from '../../model/run.ts';
import { UserError } from '../../model/user-error.ts';
import { counted } from '../../report/messages/catalogue.ts';
import { textReport } from '../../report/text-page.ts';
import { type MergeWriter, openMergeWriter } from '../../store/merge/merge-writer.ts';
import { type TapeReader, withTape } from '../../store/tape-reader.ts';
import type { CommandResult } from '../command.ts';
import { exitOf } from '../replay/replay-tape.ts';
import { makeFolder } from '../tape-file.ts';
import { say } from '../terminal/terminal.ts';
import { groupRuns, type RunGroup, type TapeRun } from './shard-groups.ts';

/**
 * Makes one tape of several: all captures, and all runs, shards of one run as the one run that they are.
 * @throws UserError (as a rejection) where a tape cannot be read, or a shard is missing
 */
export async function mergeTapes(paths: readonly string[], out: string): Promise<CommandResult> {
  const groups = groupRuns(paths.flatMap(runsOf));
  makeFolder(out);
  const writer = openMergeWriter(out);
  try {
    const ids = groups.map((group) => writer.beginRun(startOf(group)));
    for (const path of paths) {
      const copied = groups.flatMap(({ parts }, n) =>
        parts.flatMap((part, i) =>
          part.path === path ? [{ from: part.run.id, to: ids[n] ?? 0, withStates: i === 0 }] : [],
        ),
      );
      writer.addTape(path, copied);
    }
    writer.settle();
    const summaries = finishRuns(writer, groups, ids);
    writer.commit();
    const sharded = groups.filter(({ shard }) => shard !== null).length;
    say(
      `wrote ${out} from ${paths.length} tapes: ${counted(groups.length, 'run')}${sharded === 0 ? '' : `, ${sharded} of them sent in shards`}`,
    );
    return {
      exitCode: exitOf(summaries),
      ...(summaries.length === 0 ? {} : { data: textReport(summaries) }),
    };
  } catch (error) {
    writer.discard();
    throw error;
  }
}

function runsOf(path: string): readonly TapeRun[] {
  return withTape(path, (tape) => {
    // Damage shows when it is read.
    tape.captures();
    return tape.runs().map((run) => ({ path, run }));
  });
}

function startOf({ parts, shard, repeat }: RunGroup): RunStart {
  const [first] = parts;
  if (first === undefined) throw new Error('a run has no part');
  const { id: _, end: __, ...start } = first.run;
  const { shard: ___, ...settings } = start.settings;
  const clients = [...new Set(parts.map(({ run }) => run.settings.client))];
  return {
    ...start,
    cell: shard?.cell ?? start.cell,
    settings: {
      ...settings,
      repeat,
      workers: parts.reduce((sum, { run }) => sum + run.settings.workers, 0),
      client: clients.join(', '),
    },
  };
}

/** Gives every run its end; the shards of one are measured and judged together, as if one process had sent them. */
function finishRuns(
  writer: MergeWriter,
  groups: readonly RunGroup[],
  ids: readonly number[],
): readonly RunSummary[] {
  return withTape(writer.path, (reader) => {
    const runs = new Map(reader.runs().map((run) => [run.id, run]));
    return groups.flatMap((group, n) => {
      const run = runs.get(ids[n] ?? 0);
      if (run === undefined) throw new Error('a run was not written');
      if (group.shard !== null) return joinShards(writer, reader, run, group) ?? [];
      const end = group.parts[0]?.run.end ?? null;
      if (end !== null) writer.endRun(run.id, end);
      return [];
    });
  });
}

/** Null where no shard has ended: then neither has the run. */
function joinShards(
  writer: MergeWriter,
  reader: TapeReader,
  run: Run,
  { parts, shard }: RunGroup,
): RunSummary | null {
  const doubled = writer.doubledPosition(run.id);
  if (doubled !== null) {
    throw new UserError(`two shards of the run ${run.label} sent request ${doubled} of its plan`, {
      remedy: 'merge shards of one run only',
    });
  }
  const ended = parts.flatMap(({ run: { cell, end } }) =>
    end === null || end.health === null ? [] : [{ cell, end, health: end.health }],
  );
  if (ended.length === 0 || shard === null) return null;
  const starts = parts.map(({ run: part }) => ownStart(part));
  const joined = joinShardEnds(ended, run.cell, starts, writer.lags(run.id));
  const retried = ended.flatMap(({ health }) => health.retriedSeqs ?? []);
  if (isManyBreaks(retried.length, reader.resultCount(run.id))) writer.breakResults(run.id, retried);
  const lost = ended.reduce((sum, { end }) => sum + lostResults(end), 0);
  const summary = summarizeRun({ ...run, end: joined }, reader.results(run.id), {
    states: reader.serverStates({ runId: run.id }),
  });
  const reasons = [
    ...invalidReasons(summary),
    ...shardReasons(starts, shard.of, summary.durationMs),
    ...(lost === 0 ? [] : [{ kind: 'resultsLost', results: lost } as const]),
  ];
  writer.endRun(run.id, { ...joined, invalidReasons: reasons });
  return { ...summary, valid: reasons.length === 0, invalidReasons: reasons };
}

function lostResults({ invalidReasons: reasons }: RunEnd): number {
  return reasons.reduce((sum, reason) => sum + (reason.kind === 'resultsLost' ? reason.results : 0), 0);
}

/** What a part records about its shard; nothing where its process died. */
function ownStart({ settings, end }: Run): ShardStart {
  const index = settings.shard?.index ?? 0;
  return end?.health?.shards?.find((shard) => shard.index === index) ?? lostStart(index);
}
