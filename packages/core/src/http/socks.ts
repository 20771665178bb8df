import type { Socket } from "node:net";

const rejected = "Socks5 proxy rejected connection - ";
const replies = [
  "Granted",
  "Failure",
  "NotAllowed",
  "NetworkUnreachable",
  "HostUnreachable",
  "ConnectionRefused",
  "TTLExpired",
  "CommandNotSupported",
  "AddressNotSupported",
];
const timeoutMs = 30_000;

/** Where a proxy is to connect to. */
interface Destination {
  /** Name or address, IPv6 without brackets. */
  readonly host: string;
  readonly port: number;
}

/**
 * Has a SOCKS 5 proxy connect (RFC 1928, 1929) over a socket that is open to it. Not the `socks` package,
 * which brings 25 kB, 7 of them compressed, into each bundle for this; a test holds it to that package.
 * @throws {Error} in the package's words, when the proxy does not.
 */
export async function connectBySocks(
  socket: Socket,
  to: Destination,
  { username, password }: { readonly username: string; readonly password: string },
): Promise<void> {
  const read = createReader(socket);
  try {
    const hasLogin = username !== "" || password !== "";
    socket.write(Buffer.from(hasLogin ? [5, 2, 0, 2] : [5, 1, 0]));
    const [version, method] = await read(2);
    const odd = "Received invalid Socks5 initial handshake";
    if (version !== 5) throw new Error(`${odd} (invalid socks version)`);
    if (method === 0xff) throw new Error(`${odd} (no accepted authentication type)`);
    if (method === 2) {
      socket.write(Buffer.concat([Buffer.of(1), ...toField(username), ...toField(password)]));
      if ((await read(2))[1] !== 0) throw new Error("Socks5 Authentication failed");
    } else if (method !== 0) throw new Error(`${odd} (unknown authentication type)`);
    socket.write(toConnect(to));
    const header = await read(5);
    const [answer, reply = 0, , kind, length = 0] = header;
    if (answer !== 5 || reply !== 0) throw new Error(rejected + replies[reply]);
    // Where the proxy connects from: an address or a name, and a port; its first byte is read.
    await read((kind === 4 ? 15 : kind === 3 ? length : 3) + 2);
  } catch (error) {
    // A late error of a socket that was given up is nobody's.
    socket.on("error", () => {}).destroy();
    throw error;
  } finally {
    read.end();
  }
}

function toConnect({ host, port }: Destination): Buffer {
  const family = process.getBuiltinModule("node:net").isIP(host);
  const to =
    family === 4
      ? [Buffer.of(1, ...host.split(".").map(Number))]
      : family === 6
        ? [Buffer.of(4), toBytes(host)]
        : [Buffer.of(3), ...toField(host)];
  return Buffer.concat([Buffer.of(5, 1, 0), ...to, Buffer.of(port >> 8, port & 0xff)]);
}

/** The 16 bytes of an IPv6 address. */
function toBytes(host: string): Buffer {
  const [withoutZone = ""] = host.split("%");
  // URL writes a dotted tail as hexadecimal groups.
  const [head = "", tail] = new URL(`http://[${withoutZone}]`).hostname.slice(1, -1).split("::");
  const [before, after] = [head, tail ?? ""].map((text) => text.split(":").filter(Boolean));
  const groups = [...(before ?? [])];
  while (groups.length + (after ?? []).length < 8) groups.push("0");
  return Buffer.from(
    [...groups, ...(after ?? [])].map((group) => group.padStart(4, "0")).join(""),
    "hex",
  );
}

/** A text with its length before it. */
function toField(text: string): [Buffer, Buffer] {
  const bytes = Buffer.from(text);
  if (bytes.length > 255) throw new Error("a name or password has more than 255 bytes");
  return [Buffer.of(bytes.length), bytes];
}

/** Reads so many bytes at a time; what came beyond them goes back into the socket at the end. */
function createReader(socket: Socket) {
  let bytes = Buffer.alloc(0);
  let failure: Error | undefined;
  let wake = () => {};
  const fail = (error: Error) => {
    failure ??= error;
    wake();
  };
  const onData = (chunk: Buffer) => {
    bytes = Buffer.concat([bytes, chunk]);
    wake();
  };
  const onClose = () => fail(new Error("Socket closed"));
  const timer = setTimeout(() => fail(new Error("Proxy connection timed out")), timeoutMs).unref();
  socket.on("data", onData).on("error", fail).on("close", onClose);

  const read = async (size: number): Promise<Buffer> => {
    while (bytes.length < size) {
      if (failure !== undefined) throw failure;
      await new Promise<void>((resolve) => (wake = resolve));
    }
    const taken = bytes.subarray(0, size);
    bytes = bytes.subarray(size);
    return taken;
  };
  read.end = () => {
    clearTimeout(timer);
    socket.pause().off("data", onData).off("error", fail).off("close", onClose);
    if (socket.destroyed) return;
    if (bytes.length > 0) socket.unshift(bytes);
    // Once its new owner listens.
    setImmediate(() => socket.resume());
  };
  return read;
}
