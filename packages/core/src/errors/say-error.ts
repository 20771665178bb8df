import { formatDuration, localZone, toLocalTime } from "../text/time-text.ts";
import { sayBy } from "../schemas/spec-rules.ts";
import { excerpt, visibleText } from "../text/text.ts";
import { english, type ErrorWords } from "./rules/english.ts";
import type { CallFacts, ErrorRecord, ErrorRecords, QizhiErrorCode } from "./error-record.ts";
import type { ErrorFacts, Said } from "./rules/sentences.ts";
import type { SpecIssue } from "./rules/spec-rules.ts";

/** What an error says in a language. Its own words are the English ones. */
export function sayError(error: Said & { readonly code: QizhiErrorCode }, words: ErrorWords): Said {
  if (words === english) return { summary: error.summary, hint: error.hint };
  // Every error is made of the record of its kind; the type of the base class cannot say so.
  return sayRecord(error as unknown as ErrorRecord, words);
}

/** What an error says in a language, from what it is made of. */
export function sayRecord(record: ErrorRecord, words: ErrorWords): Said {
  const { sentences } = words;
  switch (record.code) {
    case "spec": {
      const lines = record.issues.map((issue) => `  ${sayIssue(issue, record.file, words)}`);
      return { summary: [sentences.problems(record.issues.length), ...lines].join("\n") };
    }
    case "input":
    case "auth":
      if (record.rule === undefined) return { summary: record.summary, hint: record.hint };
      return sayBy<Said>(words[record.code], toSayable(record, words));
    case "api": {
      const summary = sentences.refused({ ...record, ...toAsked(record, words) });
      return { summary, hint: record.advice && sayBy(words.advice, record.advice) };
    }
    case "connection": {
      const { summary: why, hint = sentences.checkNetwork } = sayWhy(record, words);
      return { summary: sentences.noAnswer({ ...record, ...toAsked(record, words), why }), hint };
    }
    case "response": {
      const came = sayBy(words.answer, record);
      const summary = sentences.wrongAnswer({ ...record, ...toAsked(record, words), came });
      return { summary, hint: record.advice && sayBy(words.advice, record.advice) };
    }
    default:
      return sayOfJob(record, words);
  }
}

type JobErrorCode = "submission_unknown" | "job_gone" | "job_ended" | "wait_timeout" | "wait_lost";

function sayOfJob(
  record: Extract<ErrorRecord, { readonly code: JobErrorCode }>,
  words: ErrorWords,
): Said {
  const { sentences } = words;
  const toMoment = (at: number) => sentences.moment(toLocalTime(at), localZone(at));
  if (record.code === "submission_unknown") {
    const sentAt = toMoment(Date.parse(record.sentAt));
    const name = excerpt(record.jobName, 100);
    const came = sayCause(record.cause, words);
    const { operation, listUrl } = record;
    const facts = { name, sentAt, came, listUrl };
    const { summary, hint } =
      operation === undefined
        ? sentences.submissionUnknown(facts)
        : sentences.callUnknown({ ...facts, operation });
    // Whoever has to look for the job needs a way to the platform first.
    const { advice } = Object(record.cause);
    const isAway = advice?.rule === "network_login";
    return { summary, hint: isAway ? `${words.advice.network_login()} ${hint}` : hint };
  }
  const jobId = visibleText(record.jobId);
  if (record.code === "wait_lost") {
    const { code, status } = Object(record.cause);
    const isRefused = code === "api" && status !== 429;
    return sentences.waitLost({ ...record, jobId, came: sayCause(record.cause, words), isRefused });
  }
  const status = record.status === undefined ? undefined : excerpt(record.status, 60);
  if (record.code === "wait_timeout") {
    const after = formatDuration(record.waitedMs ?? record.limitMs);
    return sentences.waitTimeout({ limit: record.limit, jobId, status, after });
  }
  const seen = { jobId, url: record.url, status };
  if (record.code === "job_ended") {
    const { endedAtMs } = record;
    const endedAt = endedAtMs === undefined ? undefined : toMoment(endedAtMs);
    return sentences.jobEnded({ ...seen, endedAt });
  }
  // The platform's refusal to know it.
  const { platformMessage = "", status: httpStatus = 0 } = Object(record.cause);
  const said = excerpt(platformMessage, 200);
  const { hasEnded } = record;
  const seenAt = toMoment(record.seenAtMs);
  return sentences.jobGone({ ...seen, seenAt, hasEnded, said, httpStatus });
}

function toAsked({ call }: { readonly call: CallFacts }, { sentences }: ErrorWords) {
  return { host: call.host, asked: sentences.operation(call.operation) };
}

/** Why no answer came, in a part of a sentence, and the next step where it is a special one. */
export function sayWhy(
  { rule, params, via }: Pick<ErrorRecords["connection"], "rule" | "params" | "via">,
  { connection, sentences }: ErrorWords,
): Said {
  const { summary: why, hint } = sayBy<Said>(connection, { rule, params });
  if (via === undefined) return { summary: why, hint };
  const isByProxy = rule.startsWith("proxy_");
  return { summary: sentences.through({ proxy: visibleText(via), why, isByProxy }), hint };
}

function sayCause(cause: unknown, words: ErrorWords): string {
  return cause instanceof Error && "summary" in cause
    ? // An error's cause is one of the library's own wherever it has a summary.
      sayError(cause as Error & Said & { readonly code: QizhiErrorCode }, words).summary
    : words.sentences.interrupted;
}

/** A rule about a create of unknown outcome holds why it is unknown in English, and the facts of that. */
function toSayable({ rule, params }: { rule: string; params: object }, words: ErrorWords) {
  if (words === english || !("reason" in params && "sentAt" in params)) return { rule, params };
  return { rule, params: { ...params, reason: sayUnknown(params, words) } };
}

/** Why the outcome of a create is not known. Journals of earlier versions hold it in English only. */
export function sayUnknown(
  known: { readonly reason?: unknown; readonly cause?: ErrorFacts | undefined },
  words: ErrorWords,
): string {
  const { reason = "", cause } = known;
  const inEnglish = words.sentences.journaled(excerpt(String(reason), 300));
  if (cause === undefined || words === english) return inEnglish;
  if (Object.hasOwn(words.unknown, cause.code)) return sayBy(words.unknown, { rule: cause.code });
  try {
    // As the error itself was: the journal keeps what its words are made of.
    return excerpt(sayRecord(cause as unknown as ErrorRecord, words).summary, 300);
  } catch {
    return inEnglish;
  }
}

/** One problem of a spec on one line: `file:line:column path message`. Its own words are the English ones. */
export function sayIssue(issue: SpecIssue, file: string | undefined, words: ErrorWords): string {
  const place = [issue.file ?? file, issue.line, issue.column]
    .filter((part) => part !== undefined)
    .join(":");
  const path = issue.path.map((key, index) =>
    typeof key === "number" ? `[${key}]` : index === 0 ? key : `.${key}`,
  );
  const by = issue.override === "--" ? words.sentences.commandAfterDashes : issue.override;
  const notes = [by, issue.run].filter((note) => note !== undefined);
  const message = sayProblem(issue, words);
  const said = notes.length === 0 ? message : words.sentences.aside(message, notes);
  return visibleText([place, path.join(""), said].filter(Boolean).join(" "));
}

/** What is wrong with a spec, without the place. */
function sayProblem({ rule, params, message }: SpecIssue, words: ErrorWords): string {
  return rule === undefined || words === english ? message : sayBy(words.spec, { rule, params });
}
