import { countOf } from "../../text/text.ts";

/** What an error says: what failed, and the next step. */
export interface Said {
  readonly summary: string;
  readonly hint?: string | undefined;
}

/** The facts of an error without its words, as they are written down. */
export interface ErrorFacts {
  /** The code of the error, `interrupted`, `under_way`, or `process_ended`. */
  code: string;
  [fact: string]: unknown;
}

const operations: Readonly<Record<string, string>> = {
  token: "log you in",
  create: "create the job",
  detail: "show the job",
  stop: "stop the job",
};

/** What an operation asks the platform to do, in English words. */
export function sayCall(operation: string): string {
  return operations[operation] ?? `do ${operation}`;
}

interface Asked {
  readonly host: string;
  /** What the platform was asked to do. */
  readonly asked: string;
}

/** A job as it was seen last. */
export interface LastSeen {
  readonly jobId: string;
  readonly url: string;
  readonly status: string | undefined;
}

/** The frames of the errors, in English words: what stands around a rule, and what has no rules. */
export const sentences = {
  operation: sayCall,
  moment: (time: string, zone: string) => `${time} (${zone})`,
  /** The heading of a list of problems. */
  problems: (count: number) => `The job spec has ${countOf(count, "problem")}:`,
  /** A text with what is said beside it. */
  aside: (text: string, notes: readonly string[]) => `${text} (${notes.join(", ")})`,
  commandAfterDashes: "the command after --",
  refused: (
    facts: Asked & { status: number; platformCode: number | undefined; platformMessage: string },
  ) => {
    const code = facts.platformCode === undefined ? "" : `, code ${facts.platformCode}`;
    const said = facts.platformMessage || "nothing more";
    return `${facts.host} refused to ${facts.asked} (HTTP ${facts.status}${code}): ${said}`;
  },
  through: ({ proxy, why, isByProxy }: { proxy: string; why: string; isByProxy: boolean }) =>
    isByProxy ? `${proxy} ${why}` : `through ${proxy}, ${why}`,
  noAnswer: (
    facts: Asked & { why: string; reason: string; status?: number | undefined; sent: boolean },
  ) =>
    `No answer from ${facts.host} when asked to ${facts.asked}: ${facts.why}${facts.sent ? "" : "; nothing was sent"} (${facts.reason}).`,
  checkNetwork: "Check the network, the VPN and the proxy.",
  wrongAnswer: ({ host, asked, came, status }: Asked & { came: string; status: number }) =>
    `${host} answered with ${came} (HTTP ${status}) when asked to ${asked}.`,
  /** Why an outcome is not known, of which a journal holds English words alone. */
  journaled: (reason: string) => reason,
  interrupted: "it was interrupted before an answer came.",
  submissionUnknown: (facts: {
    name: string;
    sentAt: string;
    came: string;
    listUrl: string;
  }): Said => ({
    summary: `The job "${facts.name}" may or may not exist: it was sent at ${facts.sentAt}, and then: ${facts.came}`,
    hint: `Look for "${facts.name}" made at that time on ${facts.listUrl} before you submit it again; a second submit may be a second bill.`,
  }),
  callUnknown: (facts: {
    operation: string;
    name: string;
    sentAt: string;
    came: string;
    listUrl: string;
  }): Said => {
    const what = facts.name === "" ? facts.operation : `${facts.operation} of "${facts.name}"`;
    return {
      summary: `${what} may or may not have happened: it was sent at ${facts.sentAt}, and then: ${facts.came}`,
      hint: `Look on ${facts.listUrl} for what it does before you send it again; the second time it may be done twice.`,
    };
  },
  waitTimeout: (facts: {
    jobId: string;
    limit: "queue" | "total";
    after: string;
    status: string | undefined;
  }): Said => {
    const { jobId, limit, after, status } = facts;
    const stands =
      status === undefined
        ? `Nothing is known about job ${jobId} after ${after}`
        : `Job ${jobId} ${limit === "queue" ? "is still queued" : "is still active"} after ${after} (${status} when last seen)`;
    return {
      summary: `${stands}; the wait ended, the job goes on.`,
      hint: "Wait again or stop the job.",
    };
  },
  waitLost: (facts: {
    jobId: string;
    forText: string;
    came: string;
    /** The platform answered, and would not show the job: nobody knows how it stands. */
    isRefused: boolean;
  }): Said => {
    const { jobId, forText, came, isRefused } = facts;
    return {
      summary: isRefused
        ? `Could not ask about job ${jobId} for ${forText}, and whether it goes on is not known: ${came}`
        : `Could not ask about job ${jobId} for ${forText}: ${came} The job itself goes on.`,
      hint: "Wait again when the platform can be reached.",
    };
  },
  jobGone: (
    facts: LastSeen & {
      seenAt: string;
      hasEnded: boolean | undefined;
      said: string;
      httpStatus: number;
    },
  ): Said => ({
    summary: `Job ${facts.jobId} is gone: it was ${facts.status ?? "created"} at ${facts.seenAt}; since then the platform does not know it (${facts.said || `HTTP ${facts.httpStatus}`}). It was deleted, or this account may not see it any more.`,
    hint: facts.hasEnded
      ? "It had ended; the platform keeps it no longer."
      : `Whether it still runs is not known; look at its page: ${facts.url}`,
  }),
  jobEnded: ({
    jobId,
    url,
    status,
    endedAt,
  }: LastSeen & { endedAt: string | undefined }): Said => ({
    summary: `The platform says that job ${jobId} ended${endedAt === undefined ? "" : ` at ${endedAt}`}, with a status that this version does not know: ${status || "none"}. Whether it succeeded is not known.`,
    hint: `Look at its page: ${url}`,
  }),
};

/** Why the outcome of a create is not known, where no error came. */
export const unknownRules = {
  interrupted: () => "it was interrupted while the create was under way",
  under_way: () => "the process that sends it has no answer yet",
  process_ended: () => "the process that sent it ended before it wrote an outcome",
};
