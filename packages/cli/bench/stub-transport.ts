import type { Transport } from "@qizhi/core";

/** A transport without a network: every call is answered by `answer`, in the platform's envelope. */
export function createStubTransport(answer: () => Record<string, unknown>): Transport {
  return {
    fetch: async () => new Response(JSON.stringify({ code: 0, message: "", data: answer() })),
  };
}
