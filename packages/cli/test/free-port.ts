import { once } from "node:events";
import { createServer } from "node:net";

/** A port of loopback that is free now, for a program that cannot choose one itself. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  await once(server.close(), "close");
  if (typeof address !== "object" || address === null) throw new Error("no port");
  return address.port;
}
