import type { BrokenRule } from "../../schemas/spec-rules.ts";

const jsonProblems = {
  cut_off: "cut off or not JSON",
  number_too_large: "a number too large",
  too_deep: "nested deeper than 64 levels",
  prototype_key: "it has a __proto__ key",
};

/** Why an answer's JSON is not read. */
export type JsonProblem = keyof typeof jsonProblems;

interface Page {
  /** The page's title, made harmless. */
  readonly title?: string | undefined;
}

const titled = ({ title }: Page) => (title ? ` titled "${title}"` : "");

interface Words {
  /** What the platform said in it, made harmless. */
  readonly said?: string | undefined;
}

const quoted = ({ said }: Words) => (said ? `: "${said}"` : "");

/** Answers that are not the agreed shape, in English words. */
export const answerRules = {
  empty_body: () => "an empty body",
  gateway_page: (page: Page) => `a gateway page${titled(page)}`,
  login_page: (page: Page) => `a login page${titled(page)}`,
  html_page: (page: Page) => `an HTML page${titled(page)}`,
  broken_json: ({ problem }: { problem: JsonProblem }) =>
    `JSON that cannot be read (${jsonProblems[problem]})`,
  other_text: ({ excerpt }: { excerpt: string }) => `text that is not JSON: "${excerpt}"`,
  redirect: ({ to }: { to?: string | undefined }) => (to ? `a redirect to ${to}` : "a redirect"),
  other_shape: (words: Words) => `JSON of another shape${quoted(words)}`,
  wrong_fields: ({ issues }: { issues: string }) =>
    `JSON that its schema does not take (${issues})`,
  fields_missing: ({ fields, ...words }: { fields: readonly string[] } & Words) =>
    `JSON without ${fields.join(", ")}${quoted(words)}`,
  contradiction: (words: Words) => `JSON that says both yes and no${quoted(words)}`,
  other_job: ({ jobId }: { jobId: string }) => `what it knows of another job, ${jobId}`,
  no_such_route: (words: Words) => `an error for an unknown address${quoted(words)}`,
  unreadable: ({ fault }: { fault: string }) => `something that cannot be read (${fault})`,
  job_id_known: ({ jobId }: { jobId: string }) => `${jobId}, which is the job of an earlier submit`,
  no_job_id: () => "a job_id that is not a job id",
  unfit_token: () => "a token that cannot be sent in a header",
};

/** Stable name of what came instead of the agreed shape. */
export type AnswerRule = keyof typeof answerRules;
/** What came, with its facts. */
export type BrokenAnswerRule = BrokenRule<typeof answerRules>;
