import type { Server } from "node:net";

/** The port that a server of TCP or HTTP listens at; 0 while it does not. */
export function portOf(server: Server): number {
  const address = server.address();
  return typeof address === "object" && address ? address.port : 0;
}
