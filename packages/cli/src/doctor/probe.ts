import { createNodeFetch, detailOperation, visibleText } from "@qizhi/core";
import type { Io } from "../io.ts";

/** The longest time of one step in ms. */
export const limitMs = 10_000;

/** What came back, whatever it is. */
export interface Answer {
  readonly status: number;
  readonly text: string;
  readonly date: string | null;
  /** When it was asked and answered, epoch ms. */
  readonly sentAt: number;
  readonly cameAt: number;
}

/** Why nothing came back. */
export interface Failure {
  readonly code: string;
  readonly message: string;
}

/** One call as the client makes it, but without a login: a platform answers it with JSON all the same. */
export async function ask(
  url: URL,
  env: Io["env"],
  signal = AbortSignal.timeout(2 * limitMs),
): Promise<Answer | { failure: Failure }> {
  const transport = createNodeFetch({ env, connectTimeoutMs: limitMs });
  const sentAt = Date.now();
  try {
    const response = await transport.fetch(
      `${url.href.replace(/\/+$/, "")}${detailOperation.path}`,
      {
        method: "POST",
        body: "{}",
        headers: { "content-type": "application/json", accept: "application/json" },
        signal,
      },
    );
    const { status } = response;
    const text = await response.text();
    return { status, text, date: response.headers.get("date"), sentAt, cameAt: Date.now() };
  } catch (error) {
    const message = error instanceof Error ? visibleText(error.message) : "";
    return { failure: { code: codeOf(error), message } };
  } finally {
    transport.close();
  }
}

/** The code of a system or transport error. */
export function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return "UNKNOWN";
  if ("code" in error && typeof error.code === "string") return error.code;
  return error.name === "TimeoutError" || error.message === "TIMEOUT" ? "TIMEOUT" : error.name;
}
