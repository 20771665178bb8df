import { once } from "node:events";
import type { Server as HttpServer } from "node:http";
import { type Server, createServer, Socket } from "node:net";
import { inputError } from "../../errors/input-errors.ts";

/** The port that a server of TCP or HTTP listens at; 0 while it does not. */
export function portOf(server: Server): number {
  const address = server.address();
  return typeof address === "object" && address ? address.port : 0;
}

const loopback = "127.0.0.1";

/** A port of 127.0.0.1 that is free now, for a program that cannot choose one itself. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, loopback);
  await once(server, "listening");
  const port = portOf(server);
  await once(server.close(), "close");
  return port;
}

/**
 * Gives up a port of 127.0.0.1 and keeps it from every program that asks the system for a free one: a
 * connection begins at it, and connections to it are refused. Where the system does not allow that, the
 * port is given up all the same. It keeps no process alive.
 * @param giveUp stops listening, at once; resolves when that is done.
 * @returns releases the port.
 */
export async function holdPort(port: number, giveUp: () => PromiseLike<void>): Promise<() => void> {
  const anchor = createServer((socket) => socket.unref().on("error", () => {}));
  const isOpen = await once(anchor.listen(0, loopback), "listening").then(
    () => true,
    () => false,
  );
  const given = giveUp();
  const socket = new Socket().on("error", () => {});
  if (isOpen) {
    const ends = { port: portOf(anchor), host: loopback, localPort: port, localAddress: loopback };
    await new Promise<void>((resolve) => {
      socket.once("close", () => resolve()).connect(ends, resolve);
    });
  }
  anchor.unref();
  socket.unref();
  await given;
  return () => {
    socket.resetAndDestroy();
    anchor.close();
  };
}

/**
 * Opens the port of the platform on 127.0.0.1, which can be shut and opened again; 0 takes a free one.
 * @throws InputError when it is taken or no port.
 */
export async function openPort(server: HttpServer, wantedPort: number) {
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
    url: `http://${loopback}:${port}`,
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

async function listen(server: HttpServer, port: number): Promise<void> {
  try {
    await once(server.listen(port, loopback), "listening");
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw inputError("local_port", { port, reason: code === "EADDRINUSE" ? code : message });
  }
}

async function close(server: HttpServer): Promise<void> {
  const closed = once(server.close(), "close");
  server.closeAllConnections();
  await closed;
}
