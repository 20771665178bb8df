import { connect } from "node:net";
import { createServer } from "node:tls";
import { createIdentity } from "../../core/src/transport/connection/test-servers.fixture.ts";

// TLS before a platform, in a process of its own; run by `startTlsFront`.
const { hostname, port } = new URL(process.argv[2] ?? "");
const identity = createIdentity();
const server = createServer(identity, (outer) => {
  const inner = connect({ host: hostname, port: Number(port) });
  for (const socket of [inner, outer]) socket.on("error", () => {});
  outer.pipe(inner).pipe(outer);
});
server.listen(0, "127.0.0.1", () =>
  process.send?.({ address: server.address(), cert: identity.cert }),
);
process.once("disconnect", () => process.exit());
