"""Two clients in the manner of those that people have written for the platform, on the standard library alone.

Both log in, submit, poll and stop, and print what they have read as one JSON document.
"""

import json
import sys
import time
import urllib.error
import urllib.request

URL, USERNAME, PASSWORD = sys.argv[1:4]
UNKNOWN_JOB = "job-00000000-0000-4000-8000-000000000000"
IDS = {
    "logic_compute_group_id": "lcg-11111111-1111-4111-8111-111111111111",
    "project_id": "project-22222222-2222-4222-8222-222222222222",
    "workspace_id": "ws-33333333-3333-4333-8333-333333333333",
}


def post(path, body, token=None):
    """Sends JSON with the headers of these clients; gives the HTTP status and the parsed answer."""
    headers = {"Content-Type": "application/json", "Accept": "application/json"}
    if token is not None:
        headers["Authorization"] = f"Bearer {token}"
    request = urllib.request.Request(URL + path, json.dumps(body).encode(), headers, method="POST")
    try:
        with urllib.request.urlopen(request, timeout=30) as response:
            return response.status, json.load(response)
    except urllib.error.HTTPError as error:
        return error.code, json.loads(error.read() or b"null")


def whole_body(name, command):
    """A create with every field of the page, those that mean nothing as zero or empty."""
    return {
        "name": name,
        **IDS,
        "framework": "pytorch",
        "command": command,
        "task_priority": 8,
        "auto_fault_tolerance": False,
        "enable_notification": False,
        "enable_troubleshoot": False,
        "max_running_time_ms": "3600000",
        "reserve_on_fail_ms": "0",
        "reserve_on_success_ms": "0",
        "tb_summary_path": "",
        "framework_config": [
            {
                "image": "docker.sii.shaipower.online/inspire-studio/base:v1",
                "image_type": "SOURCE_OFFICIAL",
                "instance_count": 1,
                "shm_gi": 1,
                "spec_id": "44444444-4444-4444-8444-444444444444",
            }
        ],
        "dataset_info": [],
        "envs": [],
    }


def strict_client():
    """Takes HTTP 200 and code 0 alone, the token under data, and waits for words of its own."""

    def call(path, body, token=None):
        status, answer = post(path, body, token)
        if status >= 400 or not isinstance(answer, dict) or "code" not in answer:
            raise RuntimeError(f"no answer of the platform: {status}")
        if answer["code"] != 0:
            raise RuntimeError(f"{answer.get('message', 'unknown error')} ({answer['code']})")
        return answer["data"]

    token = call("/auth/token", {"username": USERNAME, "password": PASSWORD})["access_token"]
    job = call("/openapi/v1/train_job/create", whole_body("strict", "true"), token)["job_id"]
    ends = {"SUCCEEDED", "FAILED", "CANCELLED", "job_succeeded", "job_failed", "job_stopped"}
    detail = {}
    while detail.get("status") not in ends:
        time.sleep(0.02)
        detail = call("/openapi/v1/train_job/detail", {"job_id": job}, token)
    times = [detail["created_at"], detail["finished_at"], *detail["timeline"].values()]
    try:
        refused = call("/openapi/v1/train_job/detail", {"job_id": UNKNOWN_JOB}, token)
    except RuntimeError as error:
        refused = str(error)
    return {
        "status": detail["status"],
        "seconds": all(len(text) == 13 and text.isdigit() for text in times),
        "ran": int(detail["running_time_ms"]) >= 0,
        "quota_id": detail["framework_config"][0]["instance_spec_price_info"]["quota_id"],
        "refused": refused,
    }


def tolerant_client():
    """Takes the token where it is, renews it on code -1, and reads a refused stop as no."""
    tokens = []

    def log_in():
        _, answer = post("/auth/token", {"username": USERNAME, "password": PASSWORD})
        found = answer.get("data", answer)
        lasts = found.get("expires_in", "604800")
        tokens.append(found["access_token"])
        return int(lasts) if isinstance(lasts, str) else lasts

    def call(path, body, again=True):
        _, answer = post(path, body, tokens[-1])
        if answer.get("code") == -1 and again:
            log_in()
            return call(path, body, again=False)
        return answer

    lasts = log_in()
    tokens.append("expired.token.of-yesterday")
    body = whole_body("tolerant", "sleep 600")
    created = call("/openapi/v1/train_job/create", body)
    job = created.get("data", created)["job_id"]
    stopped = call("/openapi/v1/train_job/stop", {"job_id": job}).get("code") == 0
    detail = {}
    while detail.get("status") != "job_stopped":
        time.sleep(0.02)
        detail = call("/openapi/v1/train_job/detail", {"job_id": job}).get("data", {})
    return {
        "expires_in": lasts,
        "logins": len(tokens) - 1,
        "stopped": stopped,
        "stopped_twice": call("/openapi/v1/train_job/stop", {"job_id": job}).get("code") == 0,
        "priority": [detail["priority_name"], detail["priority_level"]],
    }


json.dump({"strict": strict_client(), "tolerant": tolerant_client()}, sys.stdout)
