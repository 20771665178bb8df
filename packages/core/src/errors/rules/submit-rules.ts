import { countOf } from "../../text/text.ts";
import { formatDuration, localZone, toLocalTime } from "../../text/time-text.ts";
import type { ErrorFacts, Said } from "./sentences.ts";

/** What speaks against a submit or against going on with a sweep, in English words. */
export const submitRules = {
  create_doubled: (params: {
    name: string;
    /** ISO 8601. */
    sentAt: string;
    /** Why nothing is known of it. */
    reason: string;
    /** The facts of that. */
    cause?: ErrorFacts;
    listUrl: string;
    /** First characters of the attempt's id. */
    attempt: string;
    /** The sweep that it is of. */
    sweep?: string;
  }): Said => {
    const at = Date.parse(params.sentAt);
    const name = params.name === "" ? "A job whose record is damaged" : `"${params.name}"`;
    const ago = formatDuration(Math.max(1_000, Date.now() - at));
    const { sweep } = params;
    return {
      summary: `${name} was sent from here ${toLocalTime(at)} (${ago} ago), and it is unknown whether that job exists: ${params.reason}`,
      hint: [
        ...(sweep === undefined ? [] : [`It is a run of ${sweep}: qizhi rerun ${sweep} --wait`]),
        `Look for it on ${params.listUrl} (the time above is ${localZone(at)})`,
        `  In the console: qizhi track <job-id> --for ${params.attempt}`,
        `  Not there:      qizhi forget ${params.attempt}`,
        "  Then submit again. With --allow-duplicate it is submitted now, perhaps a second time.",
      ].join("\n"),
    };
  },
  create_under_way: (params: { name: string; processId: number; host?: string }): Said => ({
    summary: `"${params.name}" is being sent right now by another process (${params.processId}${params.host === undefined ? "" : ` on ${params.host}`}). Nothing was sent.`,
    hint: "Wait for its outcome. With --allow-duplicate it is submitted now, as a second job.",
  }),
  create_made_since: ({ name, jobId }: { name: string; jobId: string }): Said => ({
    summary: `"${name}" was submitted again meanwhile, as ${jobId}. Nothing was sent.`,
    hint: "With --allow-duplicate it is submitted now, as another job.",
  }),
  journal_record: ({ record, place }: { record: string; place: string }): Said => ({
    summary: `The record "${record}" for the journal has a wrong value in "${place}". It was not written.`,
  }),
  journal_damaged: ({ file, lines }: { file: string; lines: number }): Said => ({
    summary: `${countOf(lines, "line")} of the journal ${file} cannot be read, and may have told of a submit whose job exists. Nothing was sent.`,
    hint: "Look in the web console for jobs that `qizhi list` does not show. Then go on with --allow-duplicate; these lines are not asked about a second time.",
  }),
  sweep_unfinished: (params: {
    sweep: string;
    /** How many of the runs are in it and not over. */
    runs: number;
    waiting: number;
    active: number;
    unknown: number;
    /** Whether it makes no more jobs unless a person asks for that. */
    isHalted: boolean;
  }): Said => {
    const counts = [
      [params.waiting, "not submitted yet"],
      [params.active, "active as last seen"],
      [params.unknown, "of unknown outcome"],
    ] as const;
    const said = counts.flatMap(([count, words]) => (count > 0 ? `${count} ${words}` : []));
    return {
      summary: `${params.sweep} has ${params.runs} of these runs and is not over: ${said.join(", ")}. Nothing was sent.`,
      hint: [
        `  Go on with it:      qizhi rerun ${params.sweep} ${params.isHalted ? "--failed " : ""}--wait`,
        "  Submit them anyway: --allow-duplicate, perhaps a second time",
      ].join("\n"),
    };
  },
  sweep_unreadable: ({ sweep, reason }: { sweep: string; reason: string }): Said => ({
    summary: `${sweep} cannot be read: ${reason}. Nothing was sent.`,
    hint: "`qizhi list` shows its jobs. With --allow-duplicate the spec is submitted anew, and runs that have a job get a second one.",
  }),
  sweep_damaged: ({ sweep, records }: { sweep: string; records: number }): Said => ({
    summary: `${countOf(records, "record")} of ${sweep} cannot be read. Nothing was sent.`,
    hint: "What happened to its runs may be missing. Look with `qizhi status`; then go on with --allow-duplicate.",
  }),
  sweep_taken_elsewhere: (params: { sweep: string; processId: number; host: string }): Said => ({
    summary: `Process ${params.processId} on ${params.host} runs ${params.sweep}, or did some minutes ago. Nothing was sent.`,
    hint: "End it there; its jobs go on. Where it cannot be running any more, go on with --take-over.",
  }),
  sweep_unknown: ({ sweep, file }: { sweep: string; file: string }): Said => ({
    summary: `No sweep "${sweep}" in ${file}.`,
  }),
  sweep_elsewhere: ({ sweep, platform }: { sweep: string; platform: string }): Said => ({
    summary: `${sweep} is a sweep of ${platform}.`,
    hint: "Connect to that platform.",
  }),
  sweep_taken: ({ sweep, processId }: { sweep: string; processId: number }): Said => ({
    summary: `Process ${processId} runs ${sweep} at the moment.`,
    hint: "End it first; its jobs go on.",
  }),
  sweep_stopped_since: ({ sweep }: { sweep: string }): Said => ({
    summary: `${sweep} was stopped meanwhile. Nothing was sent.`,
    hint: `To go on with it all the same: qizhi rerun ${sweep} --failed`,
  }),
  sweep_running: ({ sweep }: { sweep: string }): Said => ({
    summary: `Another loop of this program reads the events of ${sweep}. Nothing was sent.`,
    hint: "Read them in one loop, or leave that one first; the jobs go on.",
  }),
  sweep_setting: (params: { name: string; value: number; least: number }): Said => ({
    summary: `${params.name} is ${params.value}, not a whole number of at least ${params.least}.`,
  }),
};
