import { join } from "node:path";
import { createAnnotationCollector } from "../commands/annotations.ts";
import { startActionProcess, type ActionProcess } from "./action-process.ts";
import { createCommandFiles } from "../files/command-files.ts";
import { createCommandProcessor, type CommandProcessor } from "../commands/command-processor.ts";
import type { StageResult } from "../result/result.ts";
import type { Interruption, RunningStage, StageParts } from "./running-stage.ts";
import { createRunningStage } from "./running-stage.ts";
import { settleStage } from "./settle-stage.ts";
import { createLineWaiters, printed } from "./waiting.ts";

/** A stage that has ended, and why if it was before its time. */
export type EndedStage = {
  result: StageResult;
  interruption: Interruption | undefined;
  /** Its process, which lives on after a cancel in a container job. */
  process: ActionProcess;
};

/**
 * Runs one process of the action and reads what it left, whatever its end.
 *
 * @throws an `Error` if the script of the test fails or the deadline passes; the process is killed
 */
export async function runStage(parts: StageParts): Promise<EndedStage> {
  const { stage, clock, masker, problems, isDebug } = parts;
  const startedAtMs = clock();
  const files = await createCommandFiles(join(parts.filesDirectory, stage));
  const annotations = createAnnotationCollector(stage, masker, problems);
  const processor = createCommandProcessor({ stage, masker, annotations, problems, isDebug });
  const waiters = createLineWaiters(processor.lines);
  let interruption: Interruption | undefined;

  const action = startActionProcess({
    node: parts.node,
    script: parts.scriptPath,
    cwd: parts.cwd,
    env: parts.buildEnv(files),
    graces: parts.graces,
    clock,
    onLine: (stream, raw, atMs) => waiters.notify(processor.take({ stream, raw, atMs })),
  });
  const running = createRunningStage({
    ...parts,
    process: action,
    lines: processor.lines,
    commands: processor.commands,
    waiters,
    files,
    interrupt: (kind) => {
      if (!action.isRunning()) throw new Error(`${stage} had ended before "${kind}" could happen`);
      interruption ??= kind;
    },
  });
  const ended = action.ended.finally(() => waiters.close(`${stage} ended`));
  const [end] = await Promise.all([ended, runScript(parts, action, running, processor)]);
  processor.end();
  const result = settleStage(
    { ...parts, startedAtMs, files, annotations, processor, action, end },
    interruption,
  );
  return { result, interruption, process: action };
}

/** Runs the script beside the process; kills the process if the script fails or time is up. */
async function runScript(
  { script, deadlineMs, stage }: StageParts,
  action: ActionProcess,
  running: RunningStage,
  processor: CommandProcessor,
): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      const what = `${stage} was still running after ${deadlineMs} ms; it printed:`;
      reject(new Error(`${what}\n${printed(processor.lines)}`));
    }, deadlineMs);
  });
  const work = Promise.all([script?.(running), action.ended]);
  try {
    await Promise.race([work, late]);
  } catch (error) {
    action.signal("SIGKILL");
    throw error;
  } finally {
    clearTimeout(timer);
  }
}
