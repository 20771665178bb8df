// Asks about one job three times a second with nothing but `node:http`.
const [url = "", accessToken = "", jobId = ""] = process.argv.slice(2);
const http = process.getBuiltinModule("node:http");
const body = JSON.stringify({ job_id: jobId });
const agent = new http.Agent({ keepAlive: true });
const headers = {
  "content-type": "application/json",
  "content-length": body.length,
  authorization: `Bearer ${accessToken}`,
};

function ask(): void {
  const address = `${url}/openapi/v1/train_job/detail`;
  const request = http.request(address, { agent, method: "POST", headers }, (answer) => {
    const chunks: Buffer[] = [];
    answer.on("data", (chunk: Buffer) => chunks.push(chunk));
    answer.on("end", () => void JSON.parse(Buffer.concat(chunks).toString()));
  });
  request.end(body);
}

setInterval(ask, 1_000 / 3);
