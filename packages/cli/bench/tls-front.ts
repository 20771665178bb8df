import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cleanEnv } from "./interleave.ts";

/** TLS before a platform that speaks none. */
export interface TlsFront extends AsyncDisposable {
  readonly url: string;
  /** Its certificate, which a client has to be told to trust. */
  readonly caFile: string;
}

/** Starts it in a process of its own. */
export async function startTlsFront(platformUrl: string): Promise<TlsFront> {
  const child = fork(new URL("tls-server.ts", import.meta.url), [platformUrl], { env: cleanEnv() });
  const [{ address, cert }] = await once(child, "message");
  const folder = mkdtempSync(join(tmpdir(), "qizhi-bench-"));
  const caFile = join(folder, "ca.pem");
  writeFileSync(caFile, cert);
  return {
    url: `https://127.0.0.1:${address.port}`,
    caFile,
    async [Symbol.asyncDispose]() {
      rmSync(folder, { recursive: true });
      child.disconnect();
      await once(child, "exit");
    },
  };
}
