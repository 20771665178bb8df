import type { Server } from "node:http";
import { inputError } from "../../errors/input-errors.ts";
import { holdPort, portOf } from "../run/ports.ts";

/**
 * Opens the port of the platform on 127.0.0.1, which can be shut and opened again; 0 takes a free one.
 * @throws InputError when it is taken or no port.
 */
export async function openPort(server: Server, wantedPort: number) {
  if (!Number.isInteger(wantedPort) || wantedPort > 65_535)
    throw inputError("local_port", { port: wantedPort, reason: "ERR_SOCKET_BAD_PORT" });
  await listen(server, wantedPort);
  const port = portOf(server);
  let timer: NodeJS.Timeout | undefined;
  let isClosed = false;
  let letGo = () => {};
  let last: Promise<void> = Promise.resolve();

  // One after the other, so that of several at once the last decides.
  const inTurn = (act: () => Promise<void>) => {
    const done = last.then(async () => {
      clearTimeout(timer);
      if (!isClosed) await act();
    });
    last = done.catch(() => {});
    return done;
  };
  const reopen = () =>
    inTurn(async () => {
      if (server.listening) return;
      letGo();
      await listen(server, port);
    });
  const shut = (ms?: number) =>
    inTurn(async () => {
      if (server.listening) letGo = await holdPort(port, () => close(server));
      if (ms === undefined) return;
      timer = setTimeout(() => {
        // If another process has taken the port by then, the platform stays shut.
        reopen().catch(() => {});
      }, ms);
    });
  return {
    url: `http://127.0.0.1:${port}`,
    /** Closes the port, keeps it, and destroys its connections; opens again after `ms` if given. */
    shut,
    /** Opens the port again, the same one. */
    reopen,
    /** Closes it for good. */
    close: () =>
      inTurn(async () => {
        isClosed = true;
        letGo();
        if (server.listening) await close(server);
      }),
  };
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const onError = (error: NodeJS.ErrnoException) => {
      const reason = error.code === "EADDRINUSE" ? error.code : error.message;
      reject(inputError("local_port", { port, reason }));
    };
    server.once("error", onError);
    server.listen(port, "127.0.0.1", () => {
      server.off("error", onError);
      resolve();
    });
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
