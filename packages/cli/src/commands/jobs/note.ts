import { toPlatformKey, visibleText } from "@qizhi/core/internal";
import { findAccess } from "../../access/access.ts";
import type { Run } from "../../context/command.ts";
import { inputError } from "../../errors/cli-error.ts";
import { exitCode } from "../../errors/exit-code.ts";
import { refuseElsewhere } from "../../history/say-reference.ts";
import { findKnown, openHistory } from "../../history/history.ts";
import { selectJob } from "../../history/selection.ts";
import { printNote } from "../../terminal/io.ts";

/** `qizhi note`: keeps a text with a job of the history. Nothing is sent. */
export const note: Run = async ({ args, options, io }) => {
  const [reference = "", text] = args;
  if (text === undefined)
    throw inputError(["needsArgument", "note", "<text>"], ["seeHelp", "note"]);
  const client = findAccess(options, io);
  const jobId = selectJob(reference, { client }, io);
  const journal = openHistory(io);
  const platform = toPlatformKey(client.baseUrl);
  if (!findKnown({ client, journal }, [jobId]).has(jobId)) {
    refuseElsewhere(reference, journal.read([jobId]), platform);
    throw inputError(["reference.none", visibleText(reference)], "reference.noneHint");
  }
  journal.append({ kind: "job:note", platform, jobId, text });
  printNote(io, text === "" ? io.t.history.noteGone(jobId) : io.t.history.noted(jobId));
  return exitCode.ok;
};
