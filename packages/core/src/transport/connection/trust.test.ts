import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { createNodeFetch } from "../node-fetch.ts";
import { createIdentity, startHttps } from "./test-servers.fixture.ts";

const folder = mkdtempSync(join(tmpdir(), "trust-"));
afterAll(() => rmSync(folder, { recursive: true }));
const identity = createIdentity("localhost");
const fileOf = (name: string, content: string | Buffer) => {
  const file = join(folder, name);
  writeFileSync(file, content);
  return file;
};
const pem = fileOf("ca.pem", identity.cert);
const openssl = (...args: string[]) =>
  execFileSync("openssl", args, { cwd: folder, stdio: "pipe" });

async function failureWith(file: string): Promise<unknown> {
  const { fetch } = createNodeFetch({ env: { QIZHI_CA_FILE: file } });
  return fetch("https://localhost:1/").catch((error: unknown) => error);
}

execFileSync("mkfifo", [join(folder, "pipe.pem")]);
symlinkSync(pem, join(folder, "link.pem"));
openssl("x509", "-in", "ca.pem", "-outform", "der", "-out", "ca.der");
openssl("pkcs12", "-export", "-nokeys", "-in", "ca.pem", "-out", "ca.p12", "-passout", "pass:");
openssl("x509", "-in", "ca.pem", "-trustout", "-addtrust", "serverAuth", "-out", "trusted.pem");

test.each([
  [join(folder, "missing.pem"), "there is no such file"],
  [folder, "it is a folder"],
  [join(folder, "ca.der"), "in DER form"],
  [join(folder, "ca.p12"), "it is not text"],
  [fileOf("key.pem", identity.key), "it holds a key and no certificate"],
  [fileOf("empty.pem", ""), "no certificate found"],
  ["/dev/zero", "it is a pipe or a device"],
  [join(folder, "pipe.pem"), "it is a pipe or a device"],
  [fileOf("large.pem", Buffer.alloc(8 * 1_048_576 + 1)), "it is larger than 8 MB"],
  [fileOf("cut.pem", identity.cert.replace(/^(.*\n.{20}).*$/m, "$1")), "cannot be read"],
])("a file of certificates that cannot be used is named by its fault: %s", async (file, words) => {
  const error = await failureWith(file);

  expect(error).toMatchObject({ code: "CA_INVALID", input: { rule: "ca_file" } });
  expect(String(error)).toContain(words);
  expect(String(error)).toContain(`${file} (QIZHI_CA_FILE)`);
});

test.each(["ca.pem", "trusted.pem", "link.pem"])("%s adds to what is trusted", async (name) => {
  await using server = await startHttps(identity, (_, response) => response.end("through"));
  const { fetch, close } = createNodeFetch({ env: { QIZHI_CA_FILE: join(folder, name) } });

  const answer = await fetch(`https://localhost:${server.port}/`, { keepalive: false });
  close();

  expect(await answer.text()).toBe("through");
});

test("the roots of --use-openssl-ca stay trusted beside a file", async () => {
  const other = fileOf("other.pem", createIdentity("other").cert);
  await using server = await startHttps(identity, (_, response) => response.end("through"));
  const script = `
    const { createNodeFetch } = await import(${JSON.stringify(import.meta.resolve("../node-fetch.ts"))});
    const { fetch, close } = createNodeFetch({ env: { QIZHI_CA_FILE: ${JSON.stringify(other)} } });
    console.log(await (await fetch("https://localhost:${server.port}/")).text());
    close();
  `;
  const args = ["--disable-warning=ExperimentalWarning", "--use-openssl-ca", "--input-type=module"];

  const child = spawn(process.execPath, [...args, "-e", script], { env: { SSL_CERT_FILE: pem } });
  const output = await child.stdout.toArray();

  expect(output.join("")).toBe("through\n");
});

test("NODE_TLS_REJECT_UNAUTHORIZED=0 turns no check off", async () => {
  await using server = await startHttps(identity, (_, response) => response.end("through"));
  const script = `
    const { createNodeFetch } = await import(${JSON.stringify(import.meta.resolve("../node-fetch.ts"))});
    const { fetch } = createNodeFetch({ env: {} });
    await fetch("https://localhost:${server.port}/").catch(({ code }) => console.log(code));
  `;
  const args = ["--disable-warning=ExperimentalWarning", "--input-type=module", "-e", script];

  const child = spawn(process.execPath, args, { env: { NODE_TLS_REJECT_UNAUTHORIZED: "0" } });
  const output = await child.stdout.toArray();

  expect(output.join("")).toBe("DEPTH_ZERO_SELF_SIGNED_CERT\n");
});
