import type { ServerResponse } from "node:http";
import { startHttp } from "../transport/connection/test-servers.fixture.ts";

/** One scripted answer; a text goes out as it is, everything else as JSON. */
export interface ReplayAnswer {
  /** @default 200 */
  readonly http?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** What a call is answered with: an answer, a function of the request, or the response taken over. */
export type ReplayStep =
  | ReplayAnswer
  | ((request: ReplayRequest, response: ServerResponse) => ReplayAnswer | undefined);

/** What each operation is answered with, call by call; the last step repeats. */
export interface ReplayScript {
  /** @default a token that lives for a week */
  readonly token?: ReplayStep | readonly ReplayStep[];
  /** @default {@link replayJobId} */
  readonly create?: ReplayStep | readonly ReplayStep[];
  /** @default a running job of the id that was asked for */
  readonly detail?: ReplayStep | readonly ReplayStep[];
  /** @default done */
  readonly stop?: ReplayStep | readonly ReplayStep[];
}

/** A request as it came. */
export interface ReplayRequest {
  readonly operation: ReplayOperation | "other";
  /** The body's JSON. */
  readonly body: Readonly<Record<string, unknown>>;
  readonly authorization: string | undefined;
}

/** Which of the four calls a request is. */
export type ReplayOperation = keyof ReplayScript;

/** A scripted platform over real HTTP, for answers that no platform should give. */
export interface Replay extends AsyncDisposable {
  readonly url: string;
  /** Every request so far. */
  readonly requests: readonly ReplayRequest[];
  /** How many requests of an operation came. */
  count(operation: ReplayOperation): number;
  /** Plays another script from now on, from its beginning. */
  play(script: ReplayScript): void;
}

/** Id of the job that a create makes where the script says nothing else. */
export const replayJobId = "job-11111111-1111-4111-8111-111111111111";
/** The token that a login gives where the script says nothing else. */
export const replayToken = "replay.token.0123456789";

const paths: Readonly<Record<string, ReplayOperation>> = {
  "/auth/token": "token",
  "/openapi/v1/train_job/create": "create",
  "/openapi/v1/train_job/detail": "detail",
  "/openapi/v1/train_job/stop": "stop",
};

/** Data in the platform's envelope of success. */
export function enveloped(data: unknown): ReplayAnswer {
  return { body: { code: 0, message: "success", data } };
}

const usual: Readonly<Record<ReplayOperation, ReplayStep>> = {
  token: enveloped({ access_token: replayToken, expires_in: "604800", token_type: "Bearer" }),
  create: enveloped({ job_id: replayJobId }),
  detail: ({ body }) => enveloped({ job_id: body["job_id"], status: "job_running" }),
  stop: enveloped({}),
};

/** Starts a platform that answers by a script. */
export async function startReplay(script: ReplayScript = {}): Promise<Replay> {
  const requests: ReplayRequest[] = [];
  let playing = script;
  let played = new Map<string, number>();
  const nextStep = (operation: ReplayOperation): ReplayStep => {
    const steps = [playing[operation] ?? usual[operation]].flat() as ReplayStep[];
    const number = played.get(operation) ?? 0;
    played.set(operation, number + 1);
    return steps[Math.min(number, steps.length - 1)] ?? usual[operation];
  };
  const server = await startHttp((incoming, response) => {
    const chunks: Buffer[] = [];
    incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
    incoming.on("end", () => {
      const operation = paths[incoming.url ?? ""];
      const body = toObject(Buffer.concat(chunks).toString());
      const { authorization } = incoming.headers;
      const request = { operation: operation ?? ("other" as const), body, authorization };
      requests.push(request);
      const notFound = { http: 404, body: "404 page not found" };
      const step = operation === undefined ? notFound : nextStep(operation);
      const answer = typeof step === "function" ? step(request, response) : step;
      if (answer !== undefined) send(response, answer);
    });
  });
  return {
    url: `http://127.0.0.1:${server.port}`,
    requests,
    count: (operation) => requests.filter((request) => request.operation === operation).length,
    play(next) {
      playing = next;
      played = new Map();
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

function send(response: ServerResponse, { http = 200, headers = {}, body }: ReplayAnswer): void {
  const isText = typeof body === "string" || body instanceof Uint8Array;
  const type = isText ? "text/html; charset=utf-8" : "application/json";
  response.writeHead(http, { "content-type": type, ...headers });
  response.end(isText || body === undefined ? body : JSON.stringify(body));
}

function toObject(text: string): Record<string, unknown> {
  const body: unknown = JSON.parse(text || "{}");
  return typeof body === "object" && body !== null ? { ...body } : {};
}
