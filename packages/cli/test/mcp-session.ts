import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { expect } from "vitest";
import type { Place } from "./run-cli.ts";
import { bin } from "./run-cli.ts";
import { toSpec } from "./write-spec.ts";

/** A spec that the local platform takes. */
export const spec = toSpec({ name: "from-an-agent", max_running_time_ms: "10m", nodes: 2 });

/** What a tool answers, or is asked with. */
export type Document = Record<string, unknown>;

/** A client of a server of its own, with every byte that the server wrote. */
export interface Session extends AsyncDisposable {
  readonly client: Client;
  /** Calls a tool. */
  call(name: string, args?: Document): Promise<{ document: Document; isError: boolean }>;
  /** Every text that came over stdout, as the client has parsed it, and stderr. */
  transcript(): string;
}

/** Starts a server in a place and connects to it. @param flags those of `qizhi mcp`. */
export async function openSession(
  place: Place,
  env: Record<string, string> = {},
  flags: readonly string[] = [],
): Promise<Session> {
  const transport = new StdioClientTransport({
    command: process.env["QIZHI_TEST_NODE"] ?? process.execPath,
    args: [bin, "mcp", ...flags],
    env: { ...place.env, ...env },
    cwd: place.dir,
    stderr: "pipe",
  });
  let stderr = "";
  transport.stderr?.on("data", (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  const messages: unknown[] = [];
  const errors: Error[] = [];
  const client = new Client({ name: "test", version: "1" });
  Object.assign(client, { onerror: (error: Error) => errors.push(error) });
  await client.connect(transport);
  const { onmessage } = transport;
  // The SDK's listeners are properties.
  const onEach: typeof onmessage = (message) => {
    messages.push(message);
    onmessage?.(message);
  };
  Object.assign(transport, { onmessage: onEach });
  return {
    client,
    async call(name, args = {}) {
      const result = await client.callTool({ name, arguments: args });
      const document: Document = Object(result.structuredContent);
      return { document, isError: result.isError === true };
    },
    transcript: () => textsIn(messages).join("\n") + stderr,
    async [Symbol.asyncDispose]() {
      await client.close();
      // Anything on stdout that is no protocol message is told here.
      expect(errors).toEqual([]);
    },
  };
}

/** Every text in a value, as a program would see it. */
function textsIn(value: unknown): string[] {
  if (typeof value === "string") return [value];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, held]) => [key, ...textsIn(held)]);
}
