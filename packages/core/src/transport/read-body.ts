import { codeOf } from "../text/error-code.ts";
import type { IncomingMessage } from "node:http";
import { PartError } from "./connection/transport-error.ts";

const tooLarge = (maxBytes: number) =>
  new PartError("BODY_TOO_LARGE", { rule: "body_too_large", params: { maxBytes } });
const cutOff = () => new PartError("BODY_TRUNCATED", { rule: "body_cut", params: {} });
const notDecodable = () => new PartError("BODY_ENCODING", { rule: "body_encoding", params: {} });

const firstSize = 16 * 1024;

/** All bytes of the body, or a {@link PartError}; never a short body. */
function readBytes(message: IncomingMessage, maxBytes: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    // One buffer that grows: a body in chunks of one byte would take 500 bytes for each.
    let bytes = Buffer.allocUnsafe(firstSize);
    let size = 0;
    message.on("data", (chunk: Buffer) => {
      if (size + chunk.length > maxBytes) return reject(tooLarge(maxBytes));
      if (size + chunk.length > bytes.length) {
        const larger = Buffer.allocUnsafe(Math.max(bytes.length * 2, size + chunk.length));
        bytes.copy(larger, 0, 0, size);
        bytes = larger;
      }
      chunk.copy(bytes, size);
      size += chunk.length;
    });
    message.on("end", () => resolve(bytes.subarray(0, size)));
    // A cut body ends in an error and a close; a whole one has ended before its close.
    message.on("error", () => undefined);
    message.on("close", () => {
      if (!message.readableEnded) reject(cutOff());
    });
  });
}

function decode(bytes: Buffer, encoding: string, maxBytes: number): Promise<Buffer> {
  const zlib = process.getBuiltinModule("node:zlib");
  // Many servers send raw deflate under this name; a zlib stream begins with method 8.
  const inflate = ((bytes[0] ?? 0) & 0x0f) === 8 ? zlib.inflate : zlib.inflateRaw;
  const decoders = new Map([
    ["gzip", zlib.gunzip],
    ["x-gzip", zlib.gunzip],
    ["br", zlib.brotliDecompress],
    ["deflate", inflate],
  ]);
  return new Promise((resolve, reject) => {
    const decoder = decoders.get(encoding);
    if (decoder === undefined) return reject(notDecodable());
    return decoder(bytes, { maxOutputLength: maxBytes }, (error, decoded) => {
      if (error === null) return resolve(decoded);
      if (codeOf(error) === "ERR_BUFFER_TOO_LARGE") return reject(tooLarge(maxBytes));
      return reject(codeOf(error) === "Z_BUF_ERROR" ? cutOff() : notDecodable());
    });
  });
}

// Two encodings are in use at most; without a bound a server could keep the client decoding.
const MAX_ENCODINGS = 3;

/**
 * Reads the whole body as UTF-8 text without its byte order mark, decoded where the server
 * compressed it although `identity` was asked for.
 * @param maxBytes before and after decoding.
 * @throws PartError with the code `BODY_TOO_LARGE`, `BODY_TRUNCATED` or `BODY_ENCODING`.
 */
export async function readBody(message: IncomingMessage, maxBytes: number): Promise<string> {
  let bytes = await readBytes(message, maxBytes);
  const header = message.headers["content-encoding"];
  if (header !== undefined && bytes.length > 0) {
    const encodings = header.toLowerCase().split(",", MAX_ENCODINGS + 1);
    if (encodings.length > MAX_ENCODINGS) throw notDecodable();
    for (const encoding of encodings.toReversed()) {
      const name = encoding.trim();
      if (name !== "" && name !== "identity") {
        bytes = await decode(bytes, name, maxBytes);
      }
    }
  }
  const text = bytes.toString("utf8");
  return text.startsWith("\uFEFF") ? text.slice(1) : text;
}
