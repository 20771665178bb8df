import type { Socket } from "node:net";
import type { BrokenConnectionRule } from "../../errors/rules/connection-rules.ts";
import { loadNet } from "../connection/address.ts";
import { hasLogin } from "./proxy.ts";
import { PartError } from "../connection/transport-error.ts";
import type { Asked } from "./proxy-answer.ts";

/** Why a SOCKS proxy opened no connection. */
const refusal = (why: BrokenConnectionRule) => new PartError("PROXY_REFUSED", why);

export interface Destination {
  readonly host: string;
  readonly port: number;
}

const replies = [
  "succeeded",
  "general failure",
  "not allowed",
  "network unreachable",
  "host unreachable",
  "connection refused",
  "TTL expired",
  "command not supported",
  "address type not supported",
];
const notAllowed = 2;

/**
 * Has a SOCKS 5 proxy connect (RFC 1928, 1929) over a socket that is open to it.
 * Own code, as `socks-proxy-agent` keeps too little: its handshake cannot be given up, its timeout also ends
 * a slow answer, and under DEBUG it prints the password. A test holds this to the `socks` package.
 * @throws PartError or the error of the socket.
 */
export async function connectBySocks(socket: Socket, to: Destination, asked: Asked): Promise<void> {
  const read = createReader(socket);
  try {
    await shakeHands(socket, read, to, asked);
  } finally {
    read.end();
  }
}

async function shakeHands(
  socket: Socket,
  read: (size: number) => Promise<Buffer>,
  to: Destination,
  { server, source, target }: Asked,
): Promise<void> {
  const { username, password } = server;
  const isLogin = hasLogin(server);
  socket.write(Buffer.from(isLogin ? [5, 2, 0, 2] : [5, 1, 0]));
  const [version, method] = await read(2);
  if (version !== 5) throw refusal({ rule: "proxy_not_socks", params: { source } });
  const wanted = isLogin ? "proxy_login_refused" : "proxy_wants_login";
  if (method === 2) {
    socket.write(Buffer.concat([Buffer.of(1), toField(username), toField(password)]));
    const [, status] = await read(2);
    if (status !== 0) throw refusal({ rule: wanted, params: { source } });
  } else if (method !== 0) {
    const methods = `SOCKS method ${method}`;
    throw refusal(
      isLogin
        ? { rule: "proxy_login_method", params: { methods } }
        : { rule: "proxy_wants_login", params: { source } },
    );
  }
  socket.write(toRequest(to));
  const [answer, reply = 0, , kind, length = 0] = await read(5);
  if (answer !== 5) throw refusal({ rule: "proxy_not_socks", params: { source } });
  if (reply !== 0) {
    const params = { target, word: replies[reply] };
    throw refusal({
      rule: reply === notAllowed ? "proxy_denied" : "proxy_no_way",
      params,
    });
  }
  // Where the proxy connects from: an address or a name, and a port; its first byte is read.
  await read((kind === 4 ? 15 : kind === 3 ? length : 3) + 2);
}

function toRequest({ host, port }: Destination): Buffer {
  const family = loadNet().isIP(host);
  const address =
    family === 4
      ? Buffer.of(1, ...host.split(".").map(Number))
      : family === 6
        ? Buffer.concat([Buffer.of(4), toBytes(host)])
        : Buffer.concat([Buffer.of(3), toField(host)]);
  return Buffer.concat([Buffer.of(5, 1, 0), address, Buffer.of(port >> 8, port & 0xff)]);
}

/** The 16 bytes of an IPv6 address. */
function toBytes(host: string): Buffer {
  const [withoutZone = ""] = host.split("%");
  // URL writes a dotted tail as hexadecimal groups.
  const [head = "", tail = ""] = new URL(`http://[${withoutZone}]`).hostname
    .slice(1, -1)
    .split("::");
  const [before, after] = [head, tail].map((text) => text.split(":").filter(Boolean));
  const gap = 8 - (before ?? []).length - (after ?? []).length;
  const groups = [...(before ?? []), ...Array.from({ length: gap }, () => "0"), ...(after ?? [])];
  return Buffer.from(groups.map((group) => group.padStart(4, "0")).join(""), "hex");
}

/** A text with its length before it. */
function toField(text: string): Buffer {
  const bytes = Buffer.from(text);
  if (bytes.length > 255) throw new RangeError("a name or password has more than 255 bytes");
  return Buffer.concat([Buffer.of(bytes.length), bytes]);
}

/** Gives so many bytes of a socket at a time; those behind them stay in it. */
function createReader(socket: Socket) {
  let wake = () => {};
  const onChange = () => wake();
  // An error is followed by a close.
  socket.on("readable", onChange).on("close", onChange).on("error", onChange);

  const read = async (size: number): Promise<Buffer> => {
    for (;;) {
      const bytes: Buffer | null = socket.read(size);
      if (bytes?.length === size) return bytes;
      // Fewer bytes are given only where no more come.
      if (bytes !== null || socket.readableEnded || socket.destroyed)
        throw new PartError("ECONNRESET", { rule: "cut", params: {} });
      await new Promise<void>((resolve) => (wake = resolve));
    }
  };
  read.end = () => socket.off("readable", onChange).off("close", onChange).off("error", onChange);
  return read;
}
