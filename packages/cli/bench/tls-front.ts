import { fork } from "node:child_process";
import { once } from "node:events";
import { cleanEnv } from "./interleave.ts";

/** TLS before a platform that speaks none. */
export interface TlsFront extends AsyncDisposable {
  readonly url: string;
  /** Lets a client take the certificate, which nobody signed. */
  readonly env: Readonly<Record<string, string>>;
}

/** Starts it in a process of its own. */
export async function startTlsFront(platformUrl: string): Promise<TlsFront> {
  const child = fork(new URL("tls-server.ts", import.meta.url), [platformUrl], { env: cleanEnv() });
  const [{ port }] = await once(child, "message");
  return {
    url: `https://127.0.0.1:${port}`,
    env: { NODE_TLS_REJECT_UNAUTHORIZED: "0", NODE_NO_WARNINGS: "1" },
    async [Symbol.asyncDispose]() {
      child.disconnect();
      await once(child, "exit");
    },
  };
}
