/**
 * Stands in the bundles for the `smart-buffer` package (36 kB), of which `socks` calls what is here: a
 * buffer that grows as it is written and remembers how far it was read.
 */
export class SmartBuffer {
  /** Where the next read begins. */
  readOffset = 0;
  #bytes: Buffer;

  constructor(bytes: Buffer = Buffer.alloc(0)) {
    this.#bytes = bytes;
  }

  /** A buffer to read. */
  static fromBuffer(bytes: Buffer): SmartBuffer {
    return new SmartBuffer(Buffer.from(bytes));
  }

  /** All bytes. */
  toBuffer(): Buffer {
    return Buffer.from(this.#bytes);
  }

  writeUInt8(value: number): this {
    const bytes = Buffer.alloc(1);
    bytes.writeUInt8(value);
    return this.writeBuffer(bytes);
  }

  writeUInt16BE(value: number): this {
    const bytes = Buffer.alloc(2);
    bytes.writeUInt16BE(value);
    return this.writeBuffer(bytes);
  }

  writeUInt32BE(value: number): this {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(value);
    return this.writeBuffer(bytes);
  }

  writeString(text: string): this {
    return this.writeBuffer(Buffer.from(text));
  }

  /** Text with a zero byte at its end. */
  writeStringNT(text: string): this {
    return this.writeString(`${text}\0`);
  }

  writeBuffer(bytes: Uint8Array): this {
    this.#bytes = Buffer.concat([this.#bytes, bytes]);
    return this;
  }

  readUInt8(): number {
    return this.#whole(1).readUInt8();
  }

  readUInt16BE(): number {
    return this.#whole(2).readUInt16BE();
  }

  readUInt32BE(): number {
    return this.#whole(4).readUInt32BE();
  }

  /** The next bytes, fewer where fewer are left; without a length all that are left. */
  readBuffer(length = this.#bytes.length - this.readOffset): Buffer {
    return Buffer.from(this.#take(length));
  }

  readString(length: number): string {
    return this.#take(length).toString();
  }

  #whole(length: number): Buffer {
    const bytes = this.#take(length);
    if (bytes.length < length) throw new RangeError("too few bytes");
    return bytes;
  }

  #take(length: number): Buffer {
    const bytes = this.#bytes.subarray(this.readOffset, this.readOffset + length);
    this.readOffset += bytes.length;
    return bytes;
  }
}
