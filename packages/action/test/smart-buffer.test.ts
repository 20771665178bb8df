import { createRequire } from "node:module";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { SmartBuffer } from "../../../bundle/smart-buffer.ts";

// The package itself, as socks finds it.
const fromCore = createRequire(import.meta.resolve("@qizhi/core"));
const real = createRequire(fromCore.resolve("socks"))("smart-buffer").SmartBuffer;

const writes = fc.array(
  fc.oneof(
    fc.tuple(fc.constant("writeUInt8" as const), fc.nat(0xff)),
    fc.tuple(fc.constant("writeUInt16BE" as const), fc.nat(0xff_ff)),
    fc.tuple(fc.constant("writeUInt32BE" as const), fc.nat(0x7f_ff_ff_ff)),
    fc.tuple(fc.constantFrom("writeString" as const, "writeStringNT" as const), fc.string()),
    fc.tuple(
      fc.constant("writeBuffer" as const),
      fc.uint8Array().map((bytes) => Buffer.from(bytes)),
    ),
  ),
);

test("what is written is what the package writes", () => {
  fc.assert(
    fc.property(writes, (steps) => {
      const ours = new SmartBuffer();
      const theirs = new real();
      for (const [name, value] of steps) {
        Reflect.apply(Reflect.get(ours, name), ours, [value]);
        theirs[name](value);
      }
      expect(ours.toBuffer()).toEqual(theirs.toBuffer());
    }),
  );
});

const reads = fc.array(
  fc.oneof(
    fc.tuple(fc.constantFrom("readUInt8", "readUInt16BE", "readUInt32BE"), fc.constant([])),
    fc.tuple(fc.constantFrom("readBuffer", "readString"), fc.tuple(fc.nat(20))),
    fc.tuple(fc.constant("readBuffer"), fc.constant([])),
  ),
);

test("what is read is what the package reads, and both refuse a number that is cut off", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), fc.nat(10), reads, (bytes, from, steps) => {
      const ours: object = SmartBuffer.fromBuffer(Buffer.from(bytes));
      const theirs = real.fromBuffer(Buffer.from(bytes));
      for (const reader of [ours, theirs]) {
        Reflect.set(reader, "readOffset", Math.min(from, bytes.length));
      }
      for (const [name, args] of steps) {
        const [own, other] = [ours, theirs].map((reader) => {
          try {
            return { value: Reflect.apply(Reflect.get(reader, name), reader, args) };
          } catch {
            return "refused";
          }
        });
        expect(own).toEqual(other);
        if (own === "refused") return;
      }
    }),
  );
});
