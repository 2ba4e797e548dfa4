"""What tests of the linkage desk do at it."""


def opened(client, **choice):
    """Open the first pair of a choice; its address."""
    answer = client.post("/linkage/open/", {"purpose": "a review of March", **choice})
    assert answer.status_code == 302, answer.text
    return answer.headers["Location"]


def say(client, url, answer, reason=""):
    """Answer a pair; the address of the next, or of the queue."""
    return client.post(url + "answer/", {"answer": answer, "reason": reason}).headers["Location"]


def records(url):
    return tuple(url.rstrip("/").split("/")[-2:])
