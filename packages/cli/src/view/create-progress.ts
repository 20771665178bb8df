import type { Io } from "../terminal/io.ts";
import { createLiveView } from "./live-view.ts";
import { createPlainLog } from "./plain-log.ts";
import type { Progress } from "./progress.ts";
import { wantsLiveView } from "../terminal/style.ts";

/** Creates the view that fits stderr: a block that is kept up to date, or one line for each change. */
export function createProgress(io: Io, jobIds: readonly string[]): Progress {
  const create = wantsLiveView(io.stderr, io.env) ? createLiveView : createPlainLog;
  return create(io, jobIds);
}
