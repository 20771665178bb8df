/** The header by which the page of a job of the local platform names the folder of its logs. */
export const logFolderHeader = "x-qizhi-log-folder";

/**
 * The folder where the local platform keeps the logs of a job; `undefined` of any other platform.
 * @param page address of the job's page.
 */
export function findLocalLogFolder(page: string): Promise<string | undefined> {
  const { protocol, hostname } = new URL(page);
  if (protocol !== "http:" || !/^(127\.\d+\.\d+\.\d+|localhost|\[::1\])$/.test(hostname)) {
    return Promise.resolve(undefined);
  }
  // An import of node:http in an ES module loads undici.
  const { request } = process.getBuiltinModule("node:http");
  return new Promise((resolve) => {
    const asked = request(page, { method: "HEAD", timeout: 5000 }, (response) => {
      response.resume();
      const { [logFolderHeader]: folder } = response.headers;
      resolve(typeof folder === "string" ? decode(folder) : undefined);
    });
    asked.on("error", () => resolve(undefined)).on("timeout", () => asked.destroy());
    asked.end();
  });
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
