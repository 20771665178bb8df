import type { ClientRequest } from "node:http";
import type { Socket } from "node:net";
import type { TLSSocket } from "node:tls";
import type { Progress } from "./failure.ts";
import { onCertificate } from "./tls-failure.ts";

/** Follows a request up to the moment in which a byte of it may reach the server. */
export function followSocket(request: ClientRequest, progress: Progress, act: () => void): void {
  const ready = () => {
    progress.sent = true;
    act();
  };
  request.on("socket", (socket: Socket) => {
    progress.hasSocket = true;
    if (request.reusedSocket) return ready();
    if (!isTls(socket)) return socket.connecting ? socket.once("connect", ready) : ready();
    onCertificate(socket, (certificate) => (progress.certificate = certificate));
    return socket.once("secureConnect", ready);
  });
}

function isTls(socket: Socket): socket is TLSSocket {
  return "encrypted" in socket;
}
