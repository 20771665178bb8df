import { createRequire } from "node:module";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { Address4, Address6 } from "../../../bundle/ip-address.ts";

// The package itself, as socks finds it.
const fromCore = createRequire(import.meta.resolve("@qizhi/core"));
const real = createRequire(fromCore.resolve("socks"))("ip-address");

test("IPv4 bytes are those of the package", () => {
  fc.assert(
    fc.property(fc.ipV4(), (text) => {
      expect(new Address4(text).toArray()).toEqual(new real.Address4(text).toArray());
    }),
  );
});

test("full IPv6 forms are those of the package", () => {
  fc.assert(
    fc.property(fc.ipV6(), (text) => {
      expect(new Address6(text).canonicalForm()).toBe(new real.Address6(text).canonicalForm());
    }),
  );
  expect(new Address6("::").canonicalForm()).toBe(Array(8).fill("0000").join(":"));
  expect(new Address6("fe80::1%eth0").canonicalForm()).toMatch(/^fe80:.*:0001$/);
});

test("IPv6 addresses of bytes are those of the package", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(255), { minLength: 16, maxLength: 16 }), (bytes) => {
      expect(Address6.fromByteArray(bytes).canonicalForm()).toBe(
        real.Address6.fromByteArray(bytes).canonicalForm(),
      );
    }),
  );
});
