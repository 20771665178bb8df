import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { startLocalPlatform } from "@qizhi/core/local";
import { describe, expect, test } from "vitest";
import { joinTo, startTcp } from "../../core/src/transport/connection/test-servers.fixture.ts";
import {
  createAuthority,
  createFolder,
  startDante,
  startNginx,
  startSquid,
  whyNot,
} from "./real-servers.ts";
import { bin, createPlace } from "./run-cli.ts";
import { writeSpec } from "./write-spec.ts";

/** Tests with real programs; says why where they are skipped. */
function describeReal(name: string, programs: readonly string[], body: () => void): void {
  const why = whyNot(...programs);
  if (why !== undefined) console.log(`skipped: ${name} ${why}`);
  describe.skipIf(why !== undefined)(name, body);
}

/** How often a command asked, by its debug lines. */
const countAttempts = (stderr: string) => stderr.match(/"type":"request"/g)?.length ?? 0;

describeReal("a certificate of nginx", ["nginx", "openssl"], () => {
  test.each([
    [
      "that has expired",
      [-9, -2],
      "localhost",
      /the certificate of localhost has expired: it was valid until 20\d\d-/,
    ],
    [
      "that is not valid yet",
      [2, 9],
      "localhost",
      /is not valid yet, only from 20\d\d-.* Check this machine's clock/s,
    ],
    [
      "for another name",
      [-1, 1],
      "other.test",
      /the certificate is for other\.test, not for localhost/,
    ],
  ] as const)("%s is told so, once", async (_name, [from, until], name, words) => {
    using folder = createFolder();
    await using platform = await startLocalPlatform();
    await using place = await createPlace(platform);
    const authority = createAuthority(folder.dir);
    await using front = await startNginx(
      folder.dir,
      authority.issue("leaf", name, from, until),
      platform.url,
    );
    const env = {
      QIZHI_BASE_URL: `https://localhost:${front.port}`,
      QIZHI_CA_FILE: authority.root,
    };
    const run = await place.run(["submit", await writeSpec(place), "--debug"], { env });
    expect(run.code).toBe(3);
    expect(run.stderr).toMatch(words);
    expect(run.stderr).not.toContain("QIZHI_CA_FILE");
    expect(countAttempts(run.stderr)).toBe(1);
    expect(platform.requests).toEqual([]);
    const { stdout } = await place.run(["doctor"], { env });
    expect(stdout.replaceAll(/\s+/g, " ")).toMatch(/✖ TLS .*certificate/);
  });

  test("whose issuer is not known is reported with the issuer and the file that lacks it", async () => {
    using folder = createFolder();
    using other = createFolder();
    await using platform = await startLocalPlatform();
    await using place = await createPlace(platform);
    const authority = createAuthority(folder.dir);
    await using front = await startNginx(
      folder.dir,
      authority.issue("leaf", "localhost"),
      platform.url,
    );
    const env = { QIZHI_BASE_URL: `https://localhost:${front.port}` };
    const without = await place.run(["submit", await writeSpec(place)], { env });
    expect(without.stderr).toContain('its issuer "Test Root" is not known here');
    expect(without.stderr).toContain("name a PEM file with that certificate in QIZHI_CA_FILE");
    const wrong = { ...env, QIZHI_CA_FILE: createAuthority(other.dir).root };
    const again = await place.run(["submit", await writeSpec(place)], { env: wrong });
    expect(again.stderr).toContain(
      "The file that QIZHI_CA_FILE names does not hold the certificate",
    );
    const right = { ...env, QIZHI_CA_FILE: authority.root };
    const good = await place.run(["submit", await writeSpec(place)], { env: right });
    expect(good).toMatchObject({ code: 0 });
    const unchecked = { ...right, NODE_TLS_REJECT_UNAUTHORIZED: "0" };
    const refused = await place.run(["submit", await writeSpec(place), "--allow-duplicate"], {
      env: unchecked,
    });
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain("NODE_TLS_REJECT_UNAUTHORIZED=0 would let anybody");
    expect(platform.jobs()).toHaveLength(1);
  });
});

describeReal("squid", ["squid", "nginx", "openssl"], () => {
  test("lets a submit through, is asked once with a wrong password, and is named", async () => {
    using folder = createFolder();
    await using platform = await startLocalPlatform();
    await using place = await createPlace(platform);
    const authority = createAuthority(folder.dir);
    const certificate = authority.issue("leaf", "qz.platform.test");
    await using front = await startNginx(folder.dir, certificate, platform.url);
    await using squid = await startSquid(folder.dir);
    const env = {
      QIZHI_BASE_URL: `https://qz.platform.test:${front.port}`,
      QIZHI_CA_FILE: authority.root,
    };
    const toProxy = (login: string, port = squid.port) => `http://${login}127.0.0.1:${port}`;
    const spec = await writeSpec(place);
    const good = await place.run(["submit", spec], {
      env: { ...env, HTTPS_PROXY: toProxy("me:right@") },
    });
    expect(good).toMatchObject({ code: 0 });

    await using wrong = await startTcp((socket) => joinTo(squid.port, socket));
    const refused = await place.run(["submit", spec, "--allow-duplicate"], {
      env: { ...env, HTTPS_PROXY: toProxy("me:wrong-one@", wrong.port) },
    });
    expect(refused.code).toBe(3);
    expect(refused.stderr).toContain("did not take the name and password in HTTPS_PROXY");
    expect(refused.stderr).not.toContain("wrong-one");
    expect(wrong.connections).toHaveLength(1);

    await using none = await startTcp((socket) => joinTo(squid.port, socket));
    const asked = await place.run(["wait", "job-00000000-0000-4000-8000-000000000000"], {
      env: { ...env, HTTPS_PROXY: toProxy("", none.port) },
    });
    expect(asked.stderr).toContain("wants a name and password");
    expect(none.connections).toHaveLength(1);

    const { stdout } = await place.run(["doctor"], {
      env: { ...env, HTTPS_PROXY: toProxy("me:wrong-one@") },
    });
    expect(stdout.replaceAll(/\s+/g, " ")).toMatch(
      /✖ proxy the proxy http:\/\/\*\*\*@127.0.0.1:\d+ \(HTTPS_PROXY\) did not take/,
    );
    expect(platform.jobs()).toHaveLength(1);
  });

  test("is not treated as the platform over plain http", async () => {
    using folder = createFolder();
    await using platform = await startLocalPlatform();
    await using place = await createPlace(platform);
    await using squid = await startSquid(folder.dir);
    const proxy = { HTTP_PROXY: `http://me:right@127.0.0.1:${squid.port}`, QIZHI_ALLOW_HTTP: "1" };
    const spec = await writeSpec(place);
    const denied = await place.run(["submit", spec, "--debug"], {
      env: { ...proxy, QIZHI_BASE_URL: "http://denied.test" },
    });
    expect(denied.code).toBe(3);
    expect(denied.stderr).toContain(
      "does not allow connections to denied.test (status 403, ERR_ACCESS_DENIED)",
    );
    expect(countAttempts(denied.stderr)).toBe(1);
    const wrong = { ...proxy, HTTP_PROXY: `http://me:wrong@127.0.0.1:${squid.port}` };
    const login = await place.run(["submit", spec, "--debug"], {
      env: { ...wrong, QIZHI_BASE_URL: "http://denied.test" },
    });
    expect(login.stderr).toContain("did not take the name and password in HTTP_PROXY");
    expect(countAttempts(login.stderr)).toBe(1);
    const url = new URL(platform.url);
    const through = await place.run(["submit", spec], {
      env: { ...proxy, QIZHI_BASE_URL: `http://qz.platform.test:${url.port}` },
    });
    expect(through).toMatchObject({ code: 0 });
  });
});

describeReal("dante", ["danted"], () => {
  test("gets one wrong login", async () => {
    using folder = createFolder();
    await using place = await createPlace();
    await using dante = await startDante(folder.dir);
    await using counter = await startTcp((socket) => joinTo(dante.port, socket));
    const run = await place.run(["submit", await writeSpec(place)], {
      env: {
        QIZHI_BASE_URL: "https://qz.platform.test",
        QIZHI_USERNAME: "ann",
        QIZHI_PASSWORD: "secret",
        ALL_PROXY: `socks5h://nobody-here:wrong-one@127.0.0.1:${counter.port}`,
      },
    });
    expect(run.code).toBe(3);
    expect(run.stderr).toContain("did not take the name and password in ALL_PROXY");
    expect(run.stderr).not.toContain("wrong-one");
    expect(counter.connections).toHaveLength(1);
  });
});

describeReal("a name with a slow address and a dead one", ["ip", "nft", "nginx", "openssl"], () => {
  test("is reached, though a round trip takes longer than 250 ms", async () => {
    using folder = createFolder();
    const { dir } = folder;
    const ns = `qizhi-${process.pid}`;
    const run = (...args: string[]) => execFileSync("ip", args, { stdio: "pipe" });
    await using place = await createPlace();
    const authority = createAuthority(dir);
    const { cert, key } = authority.issue("leaf", "qz.platform.test");
    run("netns", "add", ns);
    try {
      run("-n", ns, "link", "set", "lo", "up");
      run("-n", ns, "address", "add", "10.88.0.2/32", "dev", "lo");
      writeFileSync(
        join(dir, "hosts"),
        "10.88.0.2 qz.platform.test\n10.99.0.77 qz.platform.test\n",
      );
      // Of each connection the first SYN is lost; the second one, a second later, is what a slow line looks like.
      writeFileSync(
        join(dir, "slow.nft"),
        `table inet slow {
          set seen { type inet_service; flags dynamic; size 4096; }
          chain input { type filter hook input priority 0
            tcp dport 443 tcp flags syn / syn,ack tcp sport != @seen add @seen { tcp sport } drop
          }
        }`,
      );
      writeFileSync(
        join(dir, "nginx.conf"),
        `pid ${dir}/pid; error_log ${dir}/log; events {}
        http { access_log off; server { listen 10.88.0.2:443 ssl; ssl_certificate ${cert}; ssl_certificate_key ${key};
          location / { default_type application/json; return 200 '{"code":100002,"message":"not found"}'; } } }`,
      );
      const script = `mount --bind ${dir}/hosts /etc/hosts
        nft -f ${dir}/slow.nft; /usr/sbin/nginx -p ${dir} -c ${dir}/nginx.conf
        "${process.execPath}" "${bin}" status job-00000000-0000-4000-8000-000000000000 > ${dir}/out 2>&1
        /usr/sbin/nginx -p ${dir} -c ${dir}/nginx.conf -s stop`;
      execFileSync("ip", ["netns", "exec", ns, "sh", "-c", script], {
        stdio: "pipe",
        env: {
          ...place.env,
          PATH: `${place.env["PATH"]}:/usr/sbin:/sbin`,
          QIZHI_BASE_URL: "https://qz.platform.test",
          QIZHI_CA_FILE: authority.root,
          QIZHI_TOKEN: "a-token-of-this-test",
        },
      });
    } finally {
      run("netns", "del", ns);
    }
    expect(readFileSync(join(dir, "out"), "utf8")).toContain("100002");
  });
});

describeReal("a name server that never answers", ["ip", "nft", "timeout"], () => {
  test("is reported during the wait, and the name is blamed", async () => {
    using folder = createFolder();
    const { dir } = folder;
    const ns = `qizhi-dns-${process.pid}`;
    const run = (...args: string[]) => execFileSync("ip", args, { stdio: "pipe" });
    await using place = await createPlace();
    run("netns", "add", ns);
    try {
      run("-n", ns, "link", "set", "lo", "up");
      writeFileSync(join(dir, "resolv.conf"), "nameserver 127.0.0.1\n");
      writeFileSync(
        join(dir, "silent.nft"),
        `table inet silent {
          chain input { type filter hook input priority 0; udp dport 53 drop; }
        }`,
      );
      const script = `mount --bind ${dir}/resolv.conf /etc/resolv.conf
        nft -f ${dir}/silent.nft
        timeout -s INT 8 "${process.execPath}" "${bin}" status job-00000000-0000-4000-8000-000000000000 \\
          --request-timeout 4s --debug > ${dir}/debug 2>&1 &
        timeout -s INT 8 "${process.execPath}" "${bin}" status job-00000000-0000-4000-8000-000000000000 \\
          > ${dir}/out 2>&1
        wait; true`;
      execFileSync("ip", ["netns", "exec", ns, "sh", "-c", script], {
        stdio: "pipe",
        env: {
          ...place.env,
          PATH: `${place.env["PATH"]}:/usr/sbin:/sbin`,
          QIZHI_BASE_URL: "https://qz.platform.test",
          QIZHI_TOKEN: "a-token-of-this-test",
        },
      });
    } finally {
      run("netns", "del", ns);
    }
    expect(readFileSync(join(dir, "out"), "utf8")).toContain(
      "The name qz.platform.test is not resolved yet",
    );
    expect(readFileSync(join(dir, "debug"), "utf8")).toContain(
      "the name qz.platform.test was not resolved within 4000 ms",
    );
  });
});
