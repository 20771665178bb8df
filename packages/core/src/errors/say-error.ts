import { formatDuration, localZone, toLocalTime } from "../text/time-text.ts";
import { sayBy } from "../schemas/spec-rules.ts";
import { excerpt, visibleText } from "../text/text.ts";
import type {
  CallFacts,
  ErrorRecord,
  ErrorRecords,
  QizhiErrorCode,
  RecordOf,
} from "./error-record.ts";
import { type Advice, adviceRules } from "./rules/advice.ts";
import { answerRules } from "./rules/answer-rules.ts";
import { authRules } from "./rules/auth-rules.ts";
import { connectionRules } from "./rules/connection-rules.ts";
import { inputRules } from "./rules/input-rules.ts";
import { type ErrorFacts, type Said, sentences, unknownRules } from "./rules/sentences.ts";
import { type SpecIssue, specRules } from "./rules/spec-rules.ts";

/** The words of every error in one language: the rules of each kind, and the frames around them. */
export interface ErrorWords {
  readonly advice: typeof adviceRules;
  readonly answer: typeof answerRules;
  readonly auth: typeof authRules;
  readonly connection: typeof connectionRules;
  readonly input: typeof inputRules;
  readonly sentences: typeof sentences;
  readonly spec: typeof specRules;
  readonly unknown: typeof unknownRules;
}

/** The English words of every error. */
export const english: ErrorWords = {
  advice: adviceRules,
  answer: answerRules,
  auth: authRules,
  connection: connectionRules,
  input: inputRules,
  sentences,
  spec: specRules,
  unknown: unknownRules,
};

/** The facts in the sentence of a rule. */
export type FactsOf<
  Kind extends keyof ErrorWords,
  Rule extends keyof ErrorWords[Kind],
> = ErrorWords[Kind][Rule] extends (facts: infer Facts) => unknown ? Facts : never;

/** What an error says in a language. Its own words are the English ones. */
export function sayError(error: Said & { readonly code: QizhiErrorCode }, words: ErrorWords): Said {
  const own = { summary: error.summary, hint: error.hint };
  if (words === english || !Object.hasOwn(sayings, error.code)) return own;
  try {
    // Every error is made of the record of its kind; the type of the base class cannot say so.
    return sayRecord(error as unknown as ErrorRecord, words);
  } catch {
    // Another version of this library has other rules and facts.
    return own;
  }
}

/** What an error says, from what it is made of. */
export function sayRecord(record: ErrorRecord, words: ErrorWords = english): Said {
  // Each kind has its own record; TypeScript cannot infer that through the table.
  const say = sayings[record.code] as (record: ErrorRecord, words: ErrorWords) => Said;
  return say(record, words);
}

const sayings: {
  readonly [Code in QizhiErrorCode]: (record: RecordOf<Code>, words: ErrorWords) => Said;
} = {
  spec: ({ issues, file }, words) => {
    const lines = issues.map((issue) => `  ${sayIssue(issue, file, words)}`);
    return { summary: [words.sentences.problems(issues.length), ...lines].join("\n") };
  },
  input: sayRuleOrWords,
  auth: sayRuleOrWords,
  api: (record, words) => {
    const summary = words.sentences.refused({ ...record, ...toAsked(record, words) });
    return { summary, hint: sayAdvice(record, words) };
  },
  connection: (record, words) => {
    const { sentences: frames } = words;
    const { summary: why, hint = frames.checkNetwork } = sayWhy(record, words);
    return { summary: frames.noAnswer({ ...record, ...toAsked(record, words), why }), hint };
  },
  response: (record, words) => {
    const came = sayBy(words.answer, record);
    const summary = words.sentences.wrongAnswer({ ...record, ...toAsked(record, words), came });
    return { summary, hint: sayAdvice(record, words) };
  },
  submission_unknown: ({ operation, jobName, listUrl, cause, ...record }, words) => {
    const sentAt = toMoment(Date.parse(record.sentAt), words);
    const facts = { name: excerpt(jobName, 100), sentAt, came: sayCause(cause, words), listUrl };
    const { summary, hint } =
      operation === undefined
        ? words.sentences.submissionUnknown(facts)
        : words.sentences.callUnknown({ ...facts, operation });
    // Whoever has to look for the job needs a way to the platform first.
    const isAway = Object(cause).advice?.rule === "network_login";
    return { summary, hint: isAway ? `${words.advice.network_login()} ${hint}` : hint };
  },
  wait_lost: ({ forText, cause, ...record }, words) => {
    const { code, status } = Object(cause);
    const isRefused = code === "api" && status !== 429;
    const jobId = visibleText(record.jobId);
    return words.sentences.waitLost({ jobId, forText, came: sayCause(cause, words), isRefused });
  },
  wait_timeout: ({ limit, ...record }, words) => {
    const after = formatDuration(record.waitedMs ?? record.limitMs);
    return words.sentences.waitTimeout({ limit, ...toSeen(record), after });
  },
  job_ended: ({ url, endedAtMs, ...record }, words) => {
    const endedAt = endedAtMs === undefined ? undefined : toMoment(endedAtMs, words);
    return words.sentences.jobEnded({ ...toSeen(record), url, endedAt });
  },
  job_gone: ({ url, seenAtMs, hasEnded, cause, ...record }, words) => {
    // The platform's refusal to know it.
    const { platformMessage = "", status: httpStatus = 0 } = Object(cause);
    const said = excerpt(platformMessage, 200);
    const seenAt = toMoment(seenAtMs, words);
    return words.sentences.jobGone({ ...toSeen(record), url, seenAt, hasEnded, said, httpStatus });
  },
};

function sayRuleOrWords(record: RecordOf<"input"> | RecordOf<"auth">, words: ErrorWords): Said {
  if (record.rule === undefined) return { summary: record.summary, hint: record.hint };
  return sayBy<Said>(words[record.code], toSayable(record, words));
}

function sayAdvice({ advice }: { readonly advice: Advice | undefined }, words: ErrorWords) {
  return advice && sayBy(words.advice, advice);
}

function toAsked({ call }: { readonly call: CallFacts }, words: ErrorWords) {
  return { host: call.host, asked: words.sentences.operation(call.operation) };
}

function toMoment(at: number, words: ErrorWords): string {
  return words.sentences.moment(toLocalTime(at), localZone(at));
}

function toSeen({
  jobId,
  status,
}: {
  readonly jobId: string;
  readonly status: string | undefined;
}) {
  const shown = status === undefined ? undefined : excerpt(status, 60);
  return { jobId: visibleText(jobId), status: shown };
}

/** Why no answer came, in a part of a sentence, and the next step where it is a special one. */
export function sayWhy(
  { rule, params, via }: Pick<ErrorRecords["connection"], "rule" | "params" | "via">,
  words: ErrorWords = english,
): Said {
  const { summary: why, hint } = sayBy<Said>(words.connection, { rule, params });
  if (via === undefined) return { summary: why, hint };
  const isByProxy = rule.startsWith("proxy_");
  return { summary: words.sentences.through({ proxy: visibleText(via), why, isByProxy }), hint };
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
export function sayIssue(issue: SpecIssue, file?: string, words: ErrorWords = english): string {
  const place = [issue.file ?? file, issue.line, issue.column]
    .filter((part) => part !== undefined)
    .join(":");
  const path = issue.path.map((key, index) =>
    typeof key === "number" ? `[${key}]` : index === 0 ? key : `.${key}`,
  );
  const by = issue.override === "--" ? words.sentences.commandAfterDashes : issue.override;
  const notes = [by, issue.run].filter((note) => note !== undefined);
  const { rule, params } = issue;
  const isOwn = rule === undefined || words === english;
  const message = isOwn ? issue.message : sayBy(words.spec, { rule, params });
  const said = notes.length === 0 ? message : words.sentences.aside(message, notes);
  return visibleText([place, path.join(""), said].filter(Boolean).join(" "));
}
