import { inspect } from "node:util";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { proxyFor } from "./proxy.ts";

const platform = "https://qz.sii.edu.cn/openapi";

describe("the variable", () => {
  test.each([
    [{ https_proxy: "http://a:1", HTTPS_PROXY: "http://b:1" }, "https_proxy", "http://a:1"],
    [{ https_proxy: "", HTTPS_PROXY: "http://b:1" }, "HTTPS_PROXY", "http://b:1"],
    [{ HTTPS_PROXY: "http://b:1", all_proxy: "http://c:1" }, "HTTPS_PROXY", "http://b:1"],
    [{ all_proxy: "http://c:1", ALL_PROXY: "http://d:1" }, "all_proxy", "http://c:1"],
    [{ ALL_PROXY: "socks5h://d" }, "ALL_PROXY", "socks5h://d:1080"],
    [{ HTTP_PROXY: "http://b:1" }, undefined, undefined],
    [{ NO_PROXY: "*" }, undefined, undefined],
  ])("of %o for an https URL is %s", (env, source, url) => {
    expect(proxyFor(platform, env)).toMatchObject({ source, url, bypassedBy: undefined });
  });

  test("for an http URL is HTTP_PROXY", () => {
    const env = { HTTPS_PROXY: "http://a:1", HTTP_PROXY: "http://b:1" };

    expect(proxyFor("http://example.org/", env)).toMatchObject({ source: "HTTP_PROXY" });
  });

  test.each([
    ["127.0.0.1:7897", "http://127.0.0.1:7897"],
    ["host", "http://host:80"],
    ["HTTP://host:80/", "http://host:80"],
    ["https://host", "https://host:443"],
    ["https://host:80", "https://host:80"],
    ["socks://host", "socks5h://host:1080"],
    ["socks5://[::1]:443", "socks5://[::1]:443"],
    ["user:p%40ss@host:1", "http://***@host:1"],
  ])("%s means %s", (value, url) => {
    expect(proxyFor(platform, { HTTPS_PROXY: value }).url).toBe(url);
  });

  test.each([
    "socks4://user:hunter2@host",
    "ftp://user:hunter2@host",
    "http://user:hunter2@",
    "http://user:hunter2@ho st",
    "http://user:hunter2@host:99999",
    "http://user:hunter2%zz@host",
    "hunter2 hunter2",
  ])("that cannot be used is named without its value: %s", (value) => {
    const read = () => proxyFor(platform, { HTTPS_PROXY: value });

    expect(read).toThrow(expect.objectContaining({ code: "PROXY_INVALID", sent: false }));
    expect(read).toThrow(/^HTTPS_PROXY is not a proxy(?!.*hunter2)/s);
  });
});

test.each([
  ["http://me:p@ss:w/rd 1@host:1", "@ is %40"],
  ["http://me:pass#word@host:1", "@ is %40"],
  ["http://me:12/34@host:1", "@ is %40"],
  ['"http://host:1"', "quotes around it"],
  ["'http://host:1'", "quotes around it"],
  [`socks5://me:${"x".repeat(256)}@host`, "255 bytes"],
  ["http://ho st", "Write a URL such as"],
])("%s is refused with what to do about it", (value, words) => {
  expect(() => proxyFor(platform, { HTTPS_PROXY: value })).toThrow(words);
});

describe("NO_PROXY", () => {
  const bypassOf = (url: string, NO_PROXY: string) =>
    proxyFor(url, { ALL_PROXY: "http://proxy:1", NO_PROXY }).bypassedBy;

  test.each([
    [platform, "qz.sii.edu.cn"],
    [platform, "sii.edu.cn"],
    [platform, ".sii.edu.cn"],
    [platform, "*.sii.edu.cn"],
    [platform, "SII.edu.cn."],
    [platform, "sii.edu.cn:443"],
    [platform, "*"],
    ["https://qz.sii.edu.cn./", "sii.edu.cn"],
    ["http://qz.sii.edu.cn:8080/", "sii.edu.cn:8080"],
    ["http://10.1.2.3/", "10.0.0.0/8"],
    ["http://10.1.2.3/", "10.1.2.3"],
    ["http://10.1.2.3/", "10.1.2.3:80"],
    ["http://[fd00::1]/", "fd00::/8"],
    ["http://[fd00::1]/", "[fd00::]/8"],
    ["http://[fd00::1]/", "fd00:0::1"],
    ["http://[fd00::1]/", "[fd00::1]"],
    ["http://[fd00::1]:81/", "[fd00::1]:81"],
    ["http://启智.cn/", "启智.cn"],
  ])("sends %s directly by %s", (url, entry) => {
    expect(bypassOf(url, entry)).toBe(`NO_PROXY: ${entry}`);
  });

  test.each([
    [platform, "edu.c"],
    [platform, "ii.edu.cn"],
    [platform, "a.qz.sii.edu.cn"],
    [platform, "sii.edu.cn:80"],
    [platform, "."],
    [platform, ""],
    ["http://10.1.2.3/", "10.0.0.0/16"],
    ["http://10.1.2.3/", "10.0.0.0/99"],
    ["http://10.1.2.3/", "2.3"],
    ["http://10.1.2.3/", "10.1.2.3:81"],
    ["http://[fd00::1]/", "[fd00::1]:81"],
    ["http://[fd00::1]/", "10.0.0.0/0"],
    ["http://name/", "0.0.0.0/0"],
  ])("leaves %s with the proxy in spite of %s", (url, entry) => {
    expect(bypassOf(url, entry)).toBeUndefined();
  });

  test("is split at commas and spaces, and its lower case form wins", () => {
    expect(bypassOf(platform, "a.b, c.d\tsii.edu.cn")).toBe("NO_PROXY: sii.edu.cn");
    const env = { ALL_PROXY: "http://p:1", no_proxy: "a.b", NO_PROXY: "*" };
    expect(proxyFor(platform, env).bypassedBy).toBeUndefined();
  });

  test("keeps the source, and a proxy that is not used may be malformed", () => {
    expect(proxyFor(platform, { HTTPS_PROXY: "ftp://x", NO_PROXY: "*" })).toMatchObject({
      url: undefined,
      source: "HTTPS_PROXY",
      bypassedBy: "NO_PROXY: *",
    });
  });

  test("covers exactly the names at or below an entry", () => {
    const label = fc.stringMatching(/^[a-z][a-z0-9]{0,5}$/);
    const name = fc.array(label, { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(name, name, fc.constantFrom("", ".", "*."), (host, entry, prefix) => {
        const isBelow = host.slice(-entry.length).join(".") === entry.join(".");
        const url = `https://${host.join(".")}.example/`;
        const found = bypassOf(url, `${prefix}${entry.join(".")}.example`);
        expect(found !== undefined).toBe(isBelow);
      }),
    );
  });

  test("covers exactly the IPv4 addresses of a network", () => {
    const address = fc.nat(0xff_ff_ff).map((low) => 0x0a_00_00_00 + low);
    const toText = (value: number) =>
      [24, 16, 8, 0].map((shift) => (value >>> shift) & 0xff).join(".");
    fc.assert(
      fc.property(address, address, fc.integer({ min: 1, max: 32 }), (host, network, bits) => {
        const mask = (0xff_ff_ff_ff << (32 - bits)) >>> 0;
        const found = bypassOf(`https://${toText(host)}/`, `${toText(network)}/${bits}`);
        expect(found !== undefined).toBe((host & mask) === (network & mask));
      }),
    );
  });

  test("of any text is read without an exception", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.webUrl(), (entries, url) => {
        proxyFor(url, { ALL_PROXY: "http://proxy:1", NO_PROXY: entries });
      }),
    );
  });
});

describe("loopback", () => {
  const env = { ALL_PROXY: "http://proxy:1" };

  test.each([
    "http://localhost:1/",
    "http://a.localhost/",
    "http://127.9.9.9/",
    "http://[::1]/",
    "http://[::ffff:127.0.0.1]/",
  ])("%s is not proxied", (url) => {
    expect(proxyFor(url, env)).toMatchObject({ url: undefined, bypassedBy: "loopback" });
  });

  test("is proxied where the caller names the proxy", () => {
    expect(proxyFor("http://127.0.0.1/", { NO_PROXY: "*" }, "socks5://p:2")).toMatchObject({
      url: "socks5://p:2",
      source: "option proxy",
    });
  });

  test("and all else is direct with proxy: false", () => {
    expect(proxyFor(platform, env, false).url).toBeUndefined();
  });
});

test("credentials of any kind are in the server and nowhere else", () => {
  const secret = fc.stringMatching(/^[a-zA-Z0-9:@/%?#& é启]{8,40}$/);
  fc.assert(
    fc.property(secret, secret, (username, password) => {
      const credentials = [username, password].map(encodeURIComponent).join(":");
      const route = proxyFor(platform, { HTTPS_PROXY: `http://${credentials}@proxy:1` });

      expect(route.server).toMatchObject({ username, password });
      const shown = inspect(route, { showHidden: true, depth: 9 }) + JSON.stringify(route);
      expect(shown).not.toContain(username);
      expect(shown).not.toContain(password);
    }),
  );
});
