import { startLocalPlatform } from "@qizhi/core/local";
import { execFile } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdir, readdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { logIn } from "./log-in.ts";
import { bin, createPlace, withChanges } from "./run-cli.ts";
import { openTerminal } from "./terminal.ts";

const twoNodes = fileURLToPath(new URL("../examples/two-nodes.yaml", import.meta.url));
const jobId = "job-11111111-1111-4111-8111-111111111111";
const seeded = { status: "job_running", jobId };

describe("login", () => {
  test("takes the password from stdin, checks it once, and keeps the token alone", async () => {
    await using platform = await startLocalPlatform({ jobs: [seeded] });
    await using place = await createPlace();
    const { username, password } = platform.credentials;
    const args = ["login", "--username", username, "--password-stdin", "--base-url", platform.url];
    const run = await place.run(args, { stdin: `${password}\n` });
    expect(run.code).toBe(0);
    expect(run.stdout).toBe("");
    expect(run.stderr).toMatch(
      /Logged in to 127\.0\.0\.1:\d+ as local; valid until \d{4}-[\d: -]+ UTC[+-]\S+ \(in 6d 23h\)/,
    );
    const file = join(place.configDir, "accounts", "local.json");
    expect(run.stderr).toContain(`The token is kept in ${file}`);
    expect(platform.requests).toHaveLength(1);
    const kept = await readFile(file, "utf8");
    expect(JSON.parse(kept)).toMatchObject({ username, accessToken: platform.issuedTokens[0] });
    expect(kept + run.stderr).not.toContain(password);
    expect(run.stderr).not.toContain(platform.issuedTokens[0]);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect((await stat(join(place.configDir, "accounts"))).mode & 0o777).toBe(0o700);
    expect(await readdir(join(place.configDir, "accounts"))).toEqual(["local.json"]);
  });

  test("is used by the next commands without another login", async () => {
    await using platform = await startLocalPlatform({ jobs: [seeded] });
    await using place = await createPlace();
    await logIn(place, platform);
    const looks = [1, 2, 3].map(() => place.run(["status", jobId]));
    for (const look of await Promise.all(looks)) expect(look).toMatchObject({ code: 0 });
    expect(platform.requests.filter(({ operation }) => operation === "token")).toHaveLength(1);
  });

  test("with a wrong password fails once, with 3, and keeps nothing", async () => {
    await using platform = await startLocalPlatform();
    await using place = await createPlace();
    const args = ["login", "--username", "local", "--password-stdin", "--base-url", platform.url];
    const run = await place.run(args, { stdin: "wrong-secret" });
    expect(run.code).toBe(3);
    expect(run.stderr).toMatch(/refused the login.*\n.*password is wrong, or the OpenAPI/);
    expect(run.stderr).not.toContain("wrong-secret");
    expect(platform.requests).toHaveLength(1);
    expect(await place.run(["accounts", "--json"])).toMatchObject({ stdout: "[]\n" });
  });

  test("without a terminal and a password does not hang: exit 2 and the way out", async () => {
    await using place = await createPlace();
    const run = await place.run(["login", "--username", "alice"]);
    expect(run).toMatchObject({ code: 2, stdout: "" });
    expect(run.stderr).toContain("--password-stdin");
    const empty = await place.run(["login", "--username", "alice", "--password-stdin"]);
    expect(empty).toMatchObject({ code: 2 });
  });

  test.each([
    ["a line break", (password: string) => Buffer.from(`${password}\n`)],
    ["one of Windows, twice", (password: string) => Buffer.from(`${password}\r\n\r\n`)],
    ["a byte order mark", (password: string) => Buffer.from(`\uFEFF${password}`)],
    ["nothing", (password: string) => Buffer.from(password)],
  ])("sends the password alone, where %s is around it", async (_, toBytes) => {
    const password = " wörter mit Leerzeichen ";
    await using platform = await startLocalPlatform({
      credentials: { username: "local", password },
    });
    await using place = await createPlace();
    const bytes = toBytes(password);
    const args = ["login", "--username", "local", "--base-url", platform.url];
    const run = await place.run([...args, "--password-stdin"], { stdin: bytes });
    expect(run).toMatchObject({ code: 0 });
    expect(run.stderr).toContain("Logging in with the password from stdin.");
    const env = { QIZHI_PASSWORD: bytes.toString() };
    const fromEnv = await place.run(args, { env });
    expect(fromEnv).toMatchObject({ code: 0 });
    expect(fromEnv.stderr).toContain("Logging in with the password from QIZHI_PASSWORD.");
    const other = { ...env, QIZHI_USERNAME: "local\n", QIZHI_BASE_URL: platform.url };
    expect(await place.run(["submit", twoNodes], { env: other })).toMatchObject({ code: 0 });
    const logins = platform.requests.filter(({ operation }) => operation === "token");
    expect([logins.length, platform.issuedTokens.length]).toEqual([3, 3]);
  });

  test.each([
    ["UTF-16", Buffer.from("\uFEFFsecret-word\n", "utf16le"), "is not UTF-8 text"],
    ["UTF-16 without a mark", Buffer.from("secret-word", "utf16le"), "is not one line of text"],
    ["Latin-1", Buffer.from("secret-wörd", "latin1"), "is not UTF-8 text"],
    ["two lines", Buffer.from("secret-word\nmore\n"), "is not one line of text"],
  ])("refuses a password in %s before any login", async (_, stdin, said) => {
    await using platform = await startLocalPlatform();
    await using place = await createPlace();
    const args = ["login", "--username", "local", "--password-stdin", "--base-url", platform.url];
    const run = await place.run(args, { stdin });
    expect(run).toMatchObject({ code: 2, stdout: "" });
    expect(run.stderr).toContain(`What stdin holds ${said}`);
    expect(run.stderr).not.toContain("secret");
    expect(platform.requests).toEqual([]);
  });

  test("refuses a variable that is not UTF-8 before any login", async () => {
    await using platform = await startLocalPlatform();
    await using place = await createPlace(platform);
    const script = `QIZHI_PASSWORD=$(printf 'secret-w\\366rd') exec "$0" "$@"`;
    const words = [process.execPath, bin, "status", jobId];
    const run = promisify(execFile)("sh", ["-c", script, ...words], { env: place.env });
    await expect(run).rejects.toMatchObject({
      code: 2,
      stderr: expect.stringContaining("What QIZHI_PASSWORD holds is not UTF-8 text"),
    });
    expect(platform.requests).toEqual([]);
  });

  test("takes no password as a flag", async () => {
    await using place = await createPlace();
    const run = await place.run(["login", "--username", "a", "--password", "secret"]);
    expect(run.code).toBe(2);
    expect(run.stderr).toContain("has no option --password");
  });

  test("says what to do where the folder cannot be written", async () => {
    await using platform = await startLocalPlatform();
    await using place = await createPlace();
    // A file where the folder would be stops root, too.
    await writeFile(place.configDir, "");
    const args = ["login", "--username", "local", "--password-stdin", "--base-url", platform.url];
    const run = await place.run(args, { stdin: platform.credentials.password });
    expect(run.code).toBe(2);
    expect(run.stderr).toContain("Set QIZHI_CONFIG_DIR");
  });
});

describe("in a terminal", () => {
  test("login asks, shows nothing of the password, and leaves the terminal as it was", async () => {
    await using platform = await startLocalPlatform();
    await using place = await createPlace();
    const { password } = platform.credentials;
    const script =
      'stty -a > before; "$0" "$1" login --base-url "$2"; echo "code $?"; stty -a > after';
    const command = ["/bin/sh", "-c", script, process.execPath] as const;
    await using terminal = openTerminal(place, [platform.url], { command: [...command, bin] });
    await terminal.waitFor("Username");
    terminal.send("local\r");
    await terminal.waitFor("Password of local");
    terminal.send(password);
    terminal.send("\r");
    await terminal.waitFor("code 0");
    expect(await terminal.ended).toBe(0);
    expect(terminal.raw()).not.toContain(password);
    expect(terminal.raw()).not.toContain(password.slice(0, 4));
    expect(terminal.isCursorVisible()).toBe(true);
    expect(await readFile(join(place.dir, "after"), "utf8")).toBe(
      await readFile(join(place.dir, "before"), "utf8"),
    );
  });

  test("Ctrl-C at the password ends with 130, keeps nothing and restores the terminal", async () => {
    await using platform = await startLocalPlatform();
    await using place = await createPlace();
    const script =
      'stty -a > before; "$0" "$1" login --username local --base-url "$2"; echo "code $?"; stty -a > after';
    const command = ["/bin/sh", "-c", script, process.execPath] as const;
    await using terminal = openTerminal(place, [platform.url], { command: [...command, bin] });
    await terminal.waitFor("Password of local");
    terminal.send("half\x03");
    await terminal.waitFor("code 130");
    await terminal.ended;
    expect(terminal.isCursorVisible()).toBe(true);
    expect(terminal.raw()).not.toContain("half");
    expect(await readFile(join(place.dir, "after"), "utf8")).toBe(
      await readFile(join(place.dir, "before"), "utf8"),
    );
    // The look whether anybody answers carries no login.
    expect(platform.requests.filter(({ operation }) => operation === "token")).toHaveLength(0);
    await expect(readdir(place.configDir)).rejects.toThrow("ENOENT");
  });

  test("login probes the platform before it asks, and names the doctor where no platform answers", async () => {
    await using place = await createPlace();
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const url = `http://127.0.0.1:${Object(server.address()).port}`;
    server.close();
    await once(server, "close");
    await using terminal = openTerminal(place, ["login", "--base-url", url]);
    expect(await terminal.ended).toBe(3);
    expect(terminal.screen()).toContain("ECONNREFUSED");
    expect(terminal.screen()).toContain("Run `qizhi doctor`");
    expect(terminal.screen()).not.toContain("Username");
    expect(terminal.isCursorVisible()).toBe(true);
  });

  test("keys typed during the probe of the platform are neither shown nor left to the shell", async () => {
    await using place = await createPlace();
    const server = createServer(() => {}).listen(0, "127.0.0.1");
    await once(server, "listening");
    const url = `http://127.0.0.1:${Object(server.address()).port}`;
    const command: [string, ...string[]] = ["bash", "--norc", "--noprofile", "-i"];
    await using terminal = openTerminal(place, [], { command, env: { PS1: "> " } });
    await terminal.waitFor(">");
    const line = [process.execPath, bin, "login", "--username", "local", "--base-url", url];
    terminal.send(`${line.join(" ")}; echo code $?\r`);
    await once(server, "connection");
    terminal.send("secret-word\r\u0003");
    await terminal.waitFor("code 130");
    terminal.send("exit\r");
    await terminal.ended;
    server.close();
    expect(terminal.raw()).not.toContain("secret-word");
  });

  test("Ctrl-C during the probe of the platform ends with 130", async () => {
    await using place = await createPlace();
    const server = createServer(() => {}).listen(0, "127.0.0.1");
    await once(server, "listening");
    const url = `http://127.0.0.1:${Object(server.address()).port}`;
    await using terminal = openTerminal(place, ["login", "--base-url", url]);
    await once(server, "connection");
    terminal.send("\u0003");
    expect(await terminal.ended).toBe(130);
    server.close();
  });

  test("login offers no name of another platform's account", async () => {
    await using one = await startLocalPlatform({
      credentials: { username: "ann-of-one", password: "secret-word" },
    });
    await using two = await startLocalPlatform();
    await using place = await createPlace();
    await logIn(place, one, ["--account", "lab"]);
    for (const more of [[], ["--account", "lab"]]) {
      const args = ["login", "--base-url", two.url, ...more];
      await using terminal = openTerminal(place, args);
      await terminal.waitFor("Username");
      expect(terminal.screen()).not.toContain("ann-of-one");
      terminal.send("\r");
      await terminal.waitFor("An answer is needed");
    }
    await using same = openTerminal(place, ["login", "--base-url", one.url]);
    await same.waitFor("Username");
    expect(same.screen()).toContain("ann-of-one");
  });

  test("login speaks Chinese where it is asked to", async () => {
    await using platform = await startLocalPlatform();
    await using place = await createPlace();
    const args = ["login", "--base-url", platform.url, "--lang", "zh"];
    await using terminal = openTerminal(place, args);
    await terminal.waitFor("用户名");
    terminal.send("local\r");
    await terminal.waitFor("local 的密码");
    terminal.send(`${platform.credentials.password}\r`);
    await terminal.waitFor("密码没有保存");
    expect(await terminal.ended).toBe(0);
  });
});

describe("an account file that others can get at", () => {
  test.each([0o640, 0o604, 0o644])(
    "of mode %o is told by whoami, and closed at its next use",
    async (mode) => {
      await using platform = await startLocalPlatform({ jobs: [seeded] });
      await using place = await createPlace();
      await logIn(place, platform);
      const file = join(place.configDir, "accounts", "local.json");
      await chmod(file, mode);
      const text = mode.toString(8).padStart(4, "0");
      const who = await place.run(["whoami"]);
      expect(who.stdout).toContain(`${file} (${text})`);
      expect(who.stderr).toContain(`chmod 600 ${file}`);
      const used = await place.run(["status", jobId]);
      expect(used.code).toBe(0);
      expect(used.stderr.replaceAll(/\s+/g, " ")).toContain(
        `(mode ${text}); it has mode 0600 now.`,
      );
      const after = await place.run(["whoami"]);
      expect([after.stdout, after.stderr]).toEqual([expect.stringContaining("(0600)"), ""]);
    },
  );

  test.each([0o666, 0o620])("of mode %o is not used: what is in it may be theirs", async (mode) => {
    await using platform = await startLocalPlatform({ jobs: [seeded] });
    await using place = await createPlace();
    await logIn(place, platform);
    const file = join(place.configDir, "accounts", "local.json");
    await chmod(file, mode);
    const sent = platform.requests.length;
    for (const args of [["whoami"], ["status", jobId], ["submit", twoNodes], ["stop", jobId]]) {
      const run = await place.run(args);
      expect([args, run.code]).toEqual([args, 2]);
      expect(run.stderr).toContain(`(mode ${mode.toString(8).padStart(4, "0")})`);
      expect(run.stderr).toContain(`chmod 600 ${file}`);
    }
    expect(platform.requests.length).toBe(sent);
    await chmod(file, 0o600);
    expect(await place.run(["status", jobId])).toMatchObject({ code: 0 });
  });

  test("in a folder that others can write to is not used either", async () => {
    await using platform = await startLocalPlatform({ jobs: [seeded] });
    await using place = await createPlace();
    await logIn(place, platform);
    await chmod(join(place.configDir, "accounts"), 0o777);
    const run = await place.run(["status", jobId]);
    expect(run.code).toBe(2);
    expect(run.stderr).toContain("Other users can write to");
  });
});

describe("what stands in the place of an account", () => {
  const things: Record<string, (file: string) => Promise<unknown>> = {
    "a folder": (file) => mkdir(file),
    "a pipe": (file) => promisify(execFile)("mkfifo", [file]),
    "a symbolic link": (file) => symlink("/etc/hostname", file),
    "a damaged file": (file) => writeFile(file, '{"username": "loc', { mode: 0o600 }),
    "an empty file": (file) => writeFile(file, "", { mode: 0o600 }),
  };

  test.each(Object.keys(things))(
    "%s is named, and no other account takes its place",
    async (thing) => {
      await using platform = await startLocalPlatform({ jobs: [seeded] });
      await using place = await createPlace();
      await logIn(place, platform);
      await logIn(place, platform, ["--account", "other"]);
      const file = join(place.configDir, "accounts", "local.json");
      await rm(file);
      await things[thing]!(file);
      const sent = platform.requests.length;
      for (const args of [["status", jobId], ["whoami"], ["submit", twoNodes]]) {
        const run = await place.run(args);
        expect([args, run.code]).toEqual([args, 2]);
        expect(run.stderr).toContain(file);
      }
      expect(platform.requests.length).toBe(sent);
      expect(await place.run(["status", jobId, "--account", "other"])).toMatchObject({ code: 0 });
      const list = await place.run(["accounts"]);
      expect([list.code, list.stdout, list.stderr]).toEqual([
        0,
        expect.stringContaining("other"),
        expect.stringContaining(file),
      ]);
      if (thing === "a folder") return;
      expect(await logIn(place, platform, ["--account", "local"])).toMatchObject({ code: 0 });
      expect(await place.run(["status", jobId])).toMatchObject({ code: 0 });
    },
  );

  test("is removed by logout, whatever it is", async () => {
    await using platform = await startLocalPlatform();
    await using place = await createPlace();
    await logIn(place, platform);
    const file = join(place.configDir, "accounts", "local.json");
    await writeFile(file, "{");
    expect(await place.run(["logout"])).toMatchObject({ code: 0 });
    expect(await readdir(join(place.configDir, "accounts"))).toEqual([]);
  });
});

test("a user without a home folder learns which folder is missing, also from the doctor", async () => {
  await using platform = await startLocalPlatform({ jobs: [seeded] });
  await using place = await createPlace(platform);
  // No user of this machine has this id.
  const words = ["--reuid=4242", "--clear-groups", process.execPath, bin];
  const none = { HOME: undefined, XDG_CACHE_HOME: undefined };
  const run = async (args: string[], changes: Record<string, string | undefined>) => {
    const env = withChanges(place.env, { ...none, ...changes });
    const options = { env, cwd: "/" };
    return promisify(execFile)("setpriv", [...words, ...args], options).then(
      ({ stdout, stderr }) => ({ code: 0, text: stdout + stderr }),
      (error: { code: number; stdout: string; stderr: string }) => ({
        code: error.code,
        text: error.stdout + error.stderr,
      }),
    );
  };
  if ((await run(["--version"], {})).code !== 0) return;
  const noState = { QIZHI_STATE_DIR: undefined };
  const noConfig = {
    QIZHI_CONFIG_DIR: undefined,
    QIZHI_USERNAME: undefined,
    QIZHI_PASSWORD: undefined,
  };
  const submit = await run(["submit", twoNodes], { ...noState, QIZHI_CONFIG_DIR: "/nowhere" });
  expect([submit.code, submit.text]).toEqual([2, expect.stringContaining("Set QIZHI_STATE_DIR")]);
  const status = await run(["status", jobId], noConfig);
  expect([status.code, status.text]).toEqual([2, expect.stringContaining("Set QIZHI_CONFIG_DIR")]);
  for (const changes of [noState, noConfig]) {
    const doctor = await run(["doctor"], changes);
    expect(doctor.code).toBe(2);
    expect(doctor.text).toContain("Node.js");
    expect(doctor.text).toContain(`Set ${Object.keys(changes)[0]} to a folder`);
  }
});

describe("several accounts", () => {
  test("the first is the default, --account takes another, `accounts <name>` changes the default", async () => {
    const credentials = (username: string) => ({ username, password: `${username}-password` });
    await using one = await startLocalPlatform({ credentials: credentials("ann"), jobs: [seeded] });
    await using two = await startLocalPlatform({ credentials: credentials("bob"), jobs: [seeded] });
    await using place = await createPlace();
    await logIn(place, one);
    const second = await logIn(place, two, ["--account", "lab2"]);
    expect(second.stderr).toContain("The default stays ann");
    expect((await place.run(["whoami"])).stdout).toContain(one.url);
    expect((await place.run(["whoami", "--account", "lab2"])).stdout).toContain(two.url);
    const byVariable = await place.run(["whoami"], { env: { QIZHI_ACCOUNT: "lab2" } });
    expect(byVariable.stdout).toContain(two.url);
    const before = two.requests.length;
    expect(await place.run(["status", jobId, "--account", "lab2"])).toMatchObject({ code: 0 });
    expect(two.requests.length).toBe(before + 1);
    expect(await place.run(["accounts", "lab2"])).toMatchObject({ code: 0 });
    expect(JSON.parse((await place.run(["accounts", "--json"])).stdout)).toMatchObject([
      { account: "ann", username: "ann", is_default: false },
      { account: "lab2", username: "bob", is_default: true },
    ]);
    expect((await place.run(["accounts"])).stdout).toMatch(
      /^ {3}account {2}user.*\n {3}ann .*\n\* {2}lab2 /,
    );
    expect(await place.run(["whoami", "--account", "nobody"])).toMatchObject({ code: 2 });
  });

  test("a kept token goes to no other platform than its own", async () => {
    await using own = await startLocalPlatform({ jobs: [seeded] });
    await using other = await startLocalPlatform({ jobs: [seeded] });
    await using place = await createPlace();
    await logIn(place, own);
    const [token = ""] = own.issuedTokens;
    const run = await place.run(["status", jobId, "--base-url", other.url]);
    expect(run).toMatchObject({ code: 2 });
    expect(run.stderr).toContain(`Not logged in to ${other.url}`);
    const named = await place.run(["status", jobId, "--base-url", other.url, "--account", "local"]);
    expect(named).toMatchObject({ code: 2 });
    expect(other.requests).toHaveLength(0);
    expect(JSON.stringify(other.requests)).not.toContain(token);
    const slash = await place.run(["status", jobId, "--base-url", `${own.url}/`]);
    expect(slash).toMatchObject({ code: 0 });
  });

  test("the environment wins over saved logins, and says so where an account was named", async () => {
    await using kept = await startLocalPlatform({ jobs: [seeded] });
    await using inEnv = await startLocalPlatform({ jobs: [seeded] });
    await using place = await createPlace();
    await logIn(place, kept);
    const before = kept.requests.length;
    const env = {
      QIZHI_BASE_URL: inEnv.url,
      QIZHI_USERNAME: inEnv.credentials.username,
      QIZHI_PASSWORD: inEnv.credentials.password,
    };
    const run = await place.run(["status", jobId, "--account", "local"], { env });
    expect(run).toMatchObject({ code: 0 });
    expect(run.stderr).toContain("the account local is not used");
    expect(inEnv.requests.map(({ operation }) => operation)).toEqual(["token", "detail"]);
    expect(kept.requests).toHaveLength(before);
    const who = await place.run(["whoami", "--json"], { env });
    expect(JSON.parse(who.stdout)).toMatchObject({ login_from: "QIZHI_PASSWORD", file: null });
  });
});

describe("whoami", () => {
  test("shows account, host, file and end of the token, and never the token", async () => {
    await using platform = await startLocalPlatform();
    await using place = await createPlace();
    await logIn(place, platform);
    const [token = ""] = platform.issuedTokens;
    const text = await place.run(["whoami"]);
    expect(text).toMatchObject({ code: 0, stderr: "" });
    expect(text.stdout).toMatch(/^account {6}local$/m);
    expect(text.stdout).toMatch(/^valid until {2}\d{4}-[\d: -]+ UTC[+-]\S+ \(in 6d 23h\)$/m);
    const json = await place.run(["whoami", "--json"]);
    const { expires_in_ms, expires_at, ...rest } = JSON.parse(json.stdout);
    expect(rest).toEqual({
      account: "local",
      username: "local",
      base_url: platform.url,
      host: new URL(platform.url).host,
      login_from: "account",
      file: join(place.configDir, "accounts", "local.json"),
      state: "valid",
    });
    expect(Date.parse(expires_at)).toBeGreaterThan(Date.now());
    expect(expires_in_ms).toBeGreaterThan(6 * 86_400_000);
    for (const part of token.split(".")) expect(text.stdout + json.stdout).not.toContain(part);
    expect(platform.requests).toHaveLength(1);
  });

  test("of nobody ends with 2 and the next step", async () => {
    await using place = await createPlace();
    const run = await place.run(["whoami"]);
    expect(run).toMatchObject({ code: 2, stdout: "" });
    expect(run.stderr).toContain("qizhi login");
  });

  test("reads the end of a token in the environment from the token", async () => {
    await using place = await createPlace();
    const claims = Buffer.from(JSON.stringify({ exp: 4_102_444_800 })).toString("base64url");
    const run = await place.run(["whoami", "--json"], { env: { QIZHI_TOKEN: `e30.${claims}.x` } });
    expect(JSON.parse(run.stdout)).toMatchObject({
      login_from: "QIZHI_TOKEN",
      state: "valid",
      expires_at: "2100-01-01T00:00:00.000Z",
    });
    expect(run.stdout).not.toContain(claims);
  });

  test("names nobody for a token beside a username, which says no word of whose the token is", async () => {
    await using place = await createPlace();
    const env = { QIZHI_TOKEN: "a-token", QIZHI_USERNAME: undefined, QIZHI_PASSWORD: undefined };
    const flag = await place.run(["whoami", "--json", "--username", "ann"], { env });
    expect(JSON.parse(flag.stdout)).toMatchObject({ username: null, login_from: "QIZHI_TOKEN" });
    expect(flag.stderr).toContain("the account ann is not used");
    const variable = await place.run(["whoami", "--json"], {
      env: { ...env, QIZHI_USERNAME: "ann" },
    });
    expect(JSON.parse(variable.stdout)).toMatchObject({ username: null });
    const both = await place.run(["whoami", "--json", "--username", "ann"], {
      env: { ...env, QIZHI_PASSWORD: "secret-word" },
    });
    expect(both.stderr).toBe("");
    expect(JSON.parse(both.stdout)).toMatchObject({ username: "ann" });
  });
});

describe("a token that has expired", () => {
  test("by the clock is an expected outcome: one error, one next step, nothing sent", async () => {
    await using platform = await startLocalPlatform({ tokenTtlMs: 1_000, jobs: [seeded] });
    await using place = await createPlace();
    await logIn(place, platform);
    const file = join(place.configDir, "accounts", "local.json");
    const kept = JSON.parse(await readFile(file, "utf8"));
    await writeFile(file, JSON.stringify({ ...kept, expiresAt: Date.now() - 7_200_000 }));
    const before = platform.requests.length;
    const run = await place.run(["status", jobId]);
    expect(run).toMatchObject({ code: 2, stdout: "" });
    expect(run.stderr).toBe(
      "error: The login of the account local expired 2h 00m ago.\n  Run `qizhi login --account local`.\n",
    );
    expect(platform.requests).toHaveLength(before);
    const who = await place.run(["whoami", "--json"]);
    expect(who).toMatchObject({ code: 2 });
    expect(JSON.parse(who.stdout)).toMatchObject({ state: "expired", account: "local" });
  });

  test("by the platform's word ends with 3 and one next step, without a second login", async () => {
    await using platform = await startLocalPlatform({ jobs: [seeded] });
    await using place = await createPlace();
    await logIn(place, platform);
    platform.setFaults([{ operation: "detail", fault: { kind: "token-refused" } }]);
    const run = await place.run(["status", jobId]);
    expect(run).toMatchObject({ code: 3, stdout: "" });
    expect(run.stderr).toMatch(/is not accepted: .*\n {2}Run `qizhi login` for a new token\./);
    expect(platform.requests.filter(({ operation }) => operation === "token")).toHaveLength(1);
    // The platform thinks better of it: the token is still there.
    platform.setFaults([]);
    expect(await place.run(["status", jobId])).toMatchObject({ code: 0 });
  });

  test("is renewed for a process that waits when another one logs in", async () => {
    await using platform = await startLocalPlatform({ jobs: [seeded] });
    await using place = await createPlace();
    await logIn(place, platform);
    const waiting = place.start(["wait", jobId, "--poll-interval", "20ms", "--debug"]);
    await waiting.waitFor("running");
    await logIn(place, platform);
    platform.setFaults([
      { operation: "detail", calls: [1], fault: { kind: "token-dies", afterCalls: 0 } },
    ]);
    const looks = platform.requests.length;
    while (platform.requests.length < looks + 4) await platform.changed();
    const { password } = platform.credentials;
    const env = { QIZHI_USERNAME: "local", QIZHI_PASSWORD: password, QIZHI_BASE_URL: platform.url };
    await place.run(["stop", jobId, "--yes"], { env });
    expect(await waiting.result).toMatchObject({ code: 1 });
  });
});

describe("logout", () => {
  test("removes the token, and once more is no error", async () => {
    await using platform = await startLocalPlatform();
    await using place = await createPlace();
    await logIn(place, platform);
    expect(await place.run(["logout"])).toMatchObject({ code: 0 });
    expect(await readdir(join(place.configDir, "accounts"))).toEqual([]);
    expect(await place.run(["whoami"])).toMatchObject({ code: 2 });
    expect(await place.run(["logout"])).toMatchObject({ code: 0 });
  });

  test("says that the token is still kept where its file cannot be removed", async () => {
    await using platform = await startLocalPlatform();
    await using place = await createPlace();
    await logIn(place, platform);
    const file = join(place.configDir, "accounts", "local.json");
    // A folder where the file would be stops root, too.
    await rm(file);
    await mkdir(file);
    for (const flags of [[], ["--all"], ["--account", "local"]]) {
      const run = await place.run(["logout", ...flags]);
      expect([run.code, run.stdout]).toEqual([2, ""]);
      expect(run.stderr).toMatch(
        /^error: Cannot remove .*local\.json: \w+\.\n {2}The token is still/,
      );
    }
    expect(await readdir(join(place.configDir, "accounts"))).toEqual(["local.json"]);
  });

  test("of one account leaves the others", async () => {
    await using platform = await startLocalPlatform();
    await using place = await createPlace();
    await logIn(place, platform, ["--account", "a"]);
    await logIn(place, platform, ["--account", "b"]);
    expect(await place.run(["logout", "--account", "a"])).toMatchObject({ code: 0 });
    expect((await place.run(["whoami"])).stdout).toMatch(/^account {6}b$/m);
    expect(await place.run(["logout", "--account", "a"])).toMatchObject({ code: 2 });
    expect(await place.run(["logout", "--all"])).toMatchObject({ code: 0 });
    expect(await place.run(["accounts", "--json"])).toMatchObject({ stdout: "[]\n" });
  });
});

describe("the files", () => {
  test("many logins at once leave whole files", async () => {
    await using platform = await startLocalPlatform();
    await using place = await createPlace();
    const runs = Array.from({ length: 6 }, () => logIn(place, platform));
    for (const run of await Promise.all(runs)) expect(run).toMatchObject({ code: 0 });
    expect(await readdir(join(place.configDir, "accounts"))).toEqual(["local.json"]);
    expect(await place.run(["whoami"])).toMatchObject({ code: 0 });
  });

  test("a damaged or foreign file counts as no login", async () => {
    await using place = await createPlace();
    const folder = join(place.configDir, "accounts");
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, "a.json"), "{");
    await writeFile(join(folder, "b.json"), "null");
    await writeFile(join(folder, "%zz.json"), "{}");
    await chmod(join(folder, "a.json"), 0o600);
    expect(await place.run(["accounts", "--json"])).toMatchObject({ code: 0, stdout: "[]\n" });
    expect(await place.run(["whoami"])).toMatchObject({ code: 2 });
  });
});
