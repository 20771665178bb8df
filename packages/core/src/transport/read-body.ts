import { codeOf } from "../text/error-code.ts";
import type { IncomingMessage } from "node:http";

/** Why a body could not be read; the caller turns it into a `TransportError`. */
export class BodyError extends Error {
  override readonly name = "BodyError";
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

function tooLarge(maxBytes: number) {
  return new BodyError(
    "BODY_TOO_LARGE",
    `the answer is larger than the limit of ${maxBytes} bytes`,
  );
}

function truncated() {
  return new BodyError("BODY_TRUNCATED", "the answer was cut off before its end");
}

const firstSize = 16 * 1024;

/** All bytes of the body, or a {@link BodyError}; never a short body. */
function readBytes(message: IncomingMessage, maxBytes: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    // One buffer that grows: a body in chunks of one byte would take 500 bytes for each.
    let bytes = Buffer.allocUnsafe(firstSize);
    let size = 0;
    message.on("data", (chunk: Buffer) => {
      if (size + chunk.length > maxBytes) {
        reject(tooLarge(maxBytes));
        return;
      }
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
      if (!message.readableEnded) reject(truncated());
    });
  });
}

type Done = (error: Error | null, decoded: Buffer) => void;

function startDecoding(bytes: Buffer, encoding: string, maxBytes: number, done: Done): void {
  const zlib = process.getBuiltinModule("node:zlib");
  const options = { maxOutputLength: maxBytes };
  switch (encoding) {
    case "gzip":
    case "x-gzip":
      zlib.gunzip(bytes, options, done);
      return;
    case "br":
      zlib.brotliDecompress(bytes, options, done);
      return;
    case "deflate":
      // Many servers send raw deflate under this name; a zlib stream begins with method 8.
      if (((bytes[0] ?? 0) & 0x0f) === 8) {
        zlib.inflate(bytes, options, done);
      } else {
        zlib.inflateRaw(bytes, options, done);
      }
      return;
    default:
      throw new BodyError("BODY_ENCODING", "the answer came in an encoding that was not asked for");
  }
}

function decode(bytes: Buffer, encoding: string, maxBytes: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    startDecoding(bytes, encoding, maxBytes, (error, decoded) => {
      if (error === null) {
        resolve(decoded);
        return;
      }
      switch (codeOf(error)) {
        case "ERR_BUFFER_TOO_LARGE":
          reject(tooLarge(maxBytes));
          break;
        case "Z_BUF_ERROR":
          reject(truncated());
          break;
        default:
          reject(new BodyError("BODY_ENCODING", `the answer is not valid ${encoding}`));
      }
    });
  });
}

// Two encodings are in use at most; without a bound a server could keep the client decoding.
const MAX_ENCODINGS = 3;

/**
 * Reads the whole body as UTF-8 text without its byte order mark, decoded where the server
 * compressed it although `identity` was asked for.
 *
 * @param message - The answer, not read so far.
 * @param maxBytes - The most bytes taken, before and after decoding.
 * @throws BodyError with the code `BODY_TOO_LARGE`, `BODY_TRUNCATED` or `BODY_ENCODING`.
 */
export async function readBody(message: IncomingMessage, maxBytes: number): Promise<string> {
  let bytes = await readBytes(message, maxBytes);
  const header = message.headers["content-encoding"];
  if (header !== undefined && bytes.length > 0) {
    const encodings = header.toLowerCase().split(",", MAX_ENCODINGS + 1);
    if (encodings.length > MAX_ENCODINGS)
      throw new BodyError("BODY_ENCODING", "the answer is encoded too many times");
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
