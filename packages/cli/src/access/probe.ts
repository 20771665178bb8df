import { type ConnectionError, createNodeFetch, type InputError, operations } from "@qizhi/core";
import { toFetchError, codeOf } from "@qizhi/core/internal";
import type { Io } from "../terminal/io.ts";

export const limitMs = 10_000;

/** Whatever the host answered. */
export interface Answer {
  readonly status: number;
  readonly text: string;
  readonly date: string | null;
  /** When the request left and the answer came, epoch ms. */
  readonly sentAt: number;
  readonly cameAt: number;
}

/** Sends one call as the client does, but without a login: a platform answers that with JSON too. */
export async function ask(
  url: URL,
  env: Io["env"],
  { timeoutMs = 2 * limitMs, signal }: { timeoutMs?: number; signal?: AbortSignal } = {},
): Promise<Answer | { failure: ConnectionError | InputError }> {
  const transport = createNodeFetch({ env, connectTimeoutMs: limitMs });
  const sentAt = Date.now();
  try {
    const address = `${url.href.replace(/\/$/, "")}${operations.detail.path}`;
    const response = await transport.fetch(address, {
      method: "POST",
      body: "{}",
      headers: { "content-type": "application/json", accept: "application/json" },
      timeoutMs,
      ...(signal && { signal }),
    });
    const { status } = response;
    const text = await response.text();
    return { status, text, date: response.headers.get("date"), sentAt, cameAt: Date.now() };
  } catch (error) {
    const call = { operation: operations.detail.name, host: url.host, attempts: 1 };
    return { failure: toFetchError(call, error) };
  } finally {
    transport.close();
  }
}

/** Why a step failed: the code of a system error, else the error's name. */
export function failureCode(error: unknown): string {
  if (!(error instanceof Error)) return "UNKNOWN";
  const isLate = error.name === "TimeoutError" || error.message === "TIMEOUT";
  return codeOf(error) ?? (isLate ? "TIMEOUT" : error.name);
}
