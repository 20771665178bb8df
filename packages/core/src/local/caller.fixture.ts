import { jobSchema } from "../schemas/job.ts";
import { isMapping, parseJson } from "../text/json-value.ts";
import { toBody } from "./body.fixture.ts";
import type { LocalPlatform } from "./platform.ts";

/** An answer as it came. */
export interface Answer {
  status: number;
  headers: Headers;
  text: string;
  /** The parsed body, or `undefined` if it is no JSON object. */
  json: Record<string, unknown> | undefined;
  /** `data` of the envelope. */
  data: Record<string, unknown>;
  code: unknown;
}

/** Calls a platform by plain fetch, so that the tests owe nothing to the client. */
export interface Caller {
  token: string;
  /** Asks for a token and keeps it. */
  login(): Promise<Answer>;
  post(path: string, body: unknown): Promise<Answer>;
  create(changes?: Record<string, unknown>): Promise<Answer>;
  /** Creates a job and gives its id. */
  submit(command: string, changes?: Record<string, unknown>): Promise<string>;
  /** Asks for a job; throws when what comes does not fit the schema. */
  detail(jobId: string): Promise<Answer>;
  stop(jobId: string): Promise<Answer>;
}

/** A caller of a platform, not logged in yet. */
export function toCaller(platform: Pick<LocalPlatform, "url" | "credentials">): Caller {
  const caller: Caller = {
    token: "",
    async login() {
      const answer = await caller.post("/auth/token", platform.credentials);
      caller.token = String(answer.data["access_token"]);
      return answer;
    },
    async post(path, body) {
      const bytes = body instanceof Uint8Array ? new Uint8Array(body) : undefined;
      const text = typeof body === "string" ? body : JSON.stringify(body);
      const response = await fetch(platform.url + path, {
        method: "POST",
        redirect: "manual",
        headers: { authorization: `Bearer ${caller.token}` },
        body: bytes ?? text,
      });
      return toAnswer(response);
    },
    create: (changes) => caller.post("/openapi/v1/train_job/create", toBody(changes)),
    async submit(command, changes) {
      const answer = await caller.create({ command, ...changes });
      return String(answer.data["job_id"]);
    },
    async detail(jobId) {
      const answer = await caller.post("/openapi/v1/train_job/detail", { job_id: jobId });
      if (answer.code === 0) checkJob(answer.text);
      return answer;
    },
    stop: (jobId) => caller.post("/openapi/v1/train_job/stop", { job_id: jobId }),
  };
  return caller;
}

/** Every detail that the platform answers fits the client's schema, which comes after nulls are dropped. */
function checkJob(text: string): void {
  const { data } = JSON.parse(text, (_, value: unknown) => (value === null ? undefined : value));
  jobSchema().parse(data);
}

async function toAnswer(response: Response): Promise<Answer> {
  const { status, headers } = response;
  const text = await response.text();
  const value = parseJson(text);
  const json = isMapping(value) ? value : undefined;
  const data = json?.["data"];
  return {
    status,
    headers,
    text,
    json,
    data: isMapping(data) ? data : (json ?? {}),
    code: json?.["code"],
  };
}

/** A platform's caller that has logged in. */
export async function logIn(platform: LocalPlatform): Promise<Caller> {
  const caller = toCaller(platform);
  await caller.login();
  return caller;
}
