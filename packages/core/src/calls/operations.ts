import { excerpt } from "../text/text.ts";
import {
  tokenAnswerSchema,
  tokenRequestSchema,
  detailRequestSchema,
  stopAnswerSchema,
  stopRequestSchema,
} from "../schemas/job-ref.ts";
import { type Job, jobSchema } from "../schemas/job.ts";
import { type JobSpec, type JobSpecInput, jobSpecSchema } from "../schemas/job-spec.ts";

/**
 * One call of the platform as a value: what its caller gives, and what it gets. {@link defineOperation} makes one.
 */
export interface Operation<Request, Answer> {
  /** Short name, used in messages and events. */
  readonly name: string;
  /** Path below the base URL. */
  readonly path: string;
  /** The body of the request; checked before anything is sent. */
  readonly request: StandardSchema<Request>;
  /** The data of the answer, out of its envelope. Fields of a wrong type that it can do without are left out. */
  readonly answer: StandardSchema<unknown, Answer>;
  /** Fields without which an answer says nothing, where its schema lets them be absent. */
  readonly required: readonly string[];
  /**
   * `safe`: doing it twice does no harm, so it is sent again after any passing failure.
   * `once`: it is sent again only when it is certain that it had no effect; where that is not certain, the call
   * rejects with `SubmissionUnknownError`.
   */
  readonly resend: "safe" | "once";
}

/**
 * Makes an operation for `client.call`. Its schemas may be of any library with Standard Schema.
 * @param definition `name` is by default the end of the path: `hpc_jobs/create`.
 */
export function defineOperation<Request, Answer>(
  definition: Omit<Operation<Request, Answer>, "name" | "required"> & {
    readonly name?: string | undefined;
    readonly required?: readonly string[] | undefined;
  },
): Operation<Request, Answer> {
  const { path, name = path.split("/").slice(-2).join("/"), required = [] } = definition;
  return { ...definition, name, required };
}

// Written out, so that nobody needs zod for them.

/** The schema of a job spec: unknown keys are refused; durations and `envs` also come in friendlier forms. */
export const JobSpecSchema: Schema<JobSpec, JobSpecInput> = lazySchema(jobSpecSchema);

/** The schema of a job as the platform answers it: every field may be absent, and unknown fields are kept. */
export const JobSchema: Schema<Job> = lazySchema(jobSchema);

/** The calls of the platform that a client is made of, as values for `client.call`. */
export const operations = {
  /** Logs in (page: 获取当前身份的 Access Token). */
  token: defineOperation<
    { username: string; password: string },
    /** `expires_in` in seconds. */
    {
      access_token?: string | undefined;
      expires_in?: number | undefined;
      token_type?: string | undefined;
    }
  >({
    name: "token",
    path: "/auth/token",
    request: lazySchema(tokenRequestSchema),
    answer: lazySchema(tokenAnswerSchema),
    required: ["access_token"],
    resend: "safe",
  }),
  /** Creates a job (page: 创建分布式训练任务); not idempotent (wire 5). `createJob` says more of what is wrong with a spec. */
  create: defineOperation<JobSpecInput, Job>({
    name: "create",
    path: "/openapi/v1/train_job/create",
    request: JobSpecSchema,
    answer: JobSchema,
    required: ["job_id"],
    resend: "once",
  }),
  /** Reads a job (page: 获取分布式训练任务详情). */
  detail: defineOperation<{ job_id: string }, Job>({
    name: "detail",
    path: "/openapi/v1/train_job/detail",
    request: lazySchema(detailRequestSchema),
    answer: JobSchema,
    required: ["job_id"],
    resend: "safe",
  }),
  /** Stops a job (page: 停止分布式训练任务); stopping twice stops once. `stopJob` also makes sure that it ends. */
  stop: defineOperation<{ job_id: string }, object>({
    name: "stop",
    path: "/openapi/v1/train_job/stop",
    request: lazySchema(stopRequestSchema),
    answer: lazySchema(stopAnswerSchema),
    resend: "safe",
  }),
} as const;

/**
 * A schema by Standard Schema (https://standardschema.dev), as zod from 3.24 on, zod/mini, valibot and arktype have
 * it. These three declarations are all of it that is used.
 */
export interface StandardSchema<Input = unknown, Output = unknown> {
  readonly "~standard": {
    readonly version: 1;
    /** Name of the schema's library. */
    readonly vendor: string;
    /** Checks a value, and gives it as the schema makes it. */
    readonly validate: (value: unknown) => StandardResult<Output> | Promise<StandardResult<Output>>;
    /** For the compiler alone. */
    readonly types?: { readonly input: Input; readonly output: Output } | undefined;
  };
}

/** What a check gives: the value, or what is wrong with it. */
export type StandardResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly StandardIssue[] };

/** One thing that is wrong with a value. */
export type StandardIssue = {
  readonly message: string;
  /** Where in the value: keys and indexes from the top. */
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
};

/** A schema of this library: a Standard Schema that also answers at once. */
export interface Schema<Output, Input = unknown> extends StandardSchema<Input, Output> {
  /** Gives the value as the schema makes it. @throws what is wrong, as `issues`. */
  parse(value: unknown): Output;
  /** Gives the value as the schema makes it, or what is wrong. */
  safeParse(
    value: unknown,
  ):
    | { readonly success: true; readonly data: Output }
    | { readonly success: false; readonly error: { readonly issues: readonly StandardIssue[] } };
}

/** A schema that is made when it is first used. */
function lazySchema<Output, Input>(make: () => Schema<Output, Input>): Schema<Output, Input> {
  return {
    get "~standard"() {
      return make()["~standard"];
    },
    parse: (value) => make().parse(value),
    safeParse: (value) => make().safeParse(value),
  };
}

/** Checks a value. */
export async function validate<Output>(
  schema: StandardSchema<unknown, Output>,
  value: unknown,
): Promise<StandardResult<Output>> {
  return schema["~standard"].validate(value);
}

/** The keys that lead to what is wrong. */
export function pathOf({ path = [] }: StandardIssue): PropertyKey[] {
  return path.map((step) => (typeof step === "object" ? step.key : step));
}

const mostShown = 5;

/** What is wrong, each problem with its path, on one line: `job.id: expected string`. */
export function sayIssues(issues: readonly StandardIssue[]): string {
  const shown = issues.slice(0, mostShown).map((issue) => {
    const path = pathOf(issue).map(String).join(".");
    return excerpt(path === "" ? issue.message : `${path}: ${issue.message}`, 200);
  });
  return [...shown, ...(issues.length > mostShown ? ["…"] : [])].join("; ");
}
