"""Signs a small conversation, writes it as a braid, and writes a second one in which a single sentence was changed.

Run it with `python examples/braid/make_braid.py [FOLDER]`, then

    sennit braid verify examples/braid/first.braid.json       every signature passes, exit code 0
    sennit braid verify examples/braid/tampered.braid.json    one signature fails, exit code 1
    sennit braid inspect examples/braid/repaired.braid        the same conversation in the format braid/2

The seed is fixed so that the files come out the same each time. A real session leaves it out: then the key is new, and
gone when the program ends.
"""

import base64
import json
import sys
from pathlib import Path

from sennit.reference.braid.repaired.forge import converted
from sennit.reference.braid.sign import Signer, write_whole

SEED = b"a seed for an example, no secret"


def conversation() -> Signer:
    """Seven blocks by three speakers: a question, a thought, a calculation, an answer, and two reviews of that."""
    signer = Signer(SEED)
    question = signer.append("prompt", "user", "Our tide table has two gaps a day. Is high water at 04:10 or at 16:35?")
    signer.append("cot", "pilot", "Both may be high waters: they are 12 h 25 min apart, which is half a lunar day.")
    signer.append("tool_request", "pilot", '{"tool": "minutes_between", "from": "04:10", "to": "16:35"}')
    signer.append("tool_response", "pilot", '{"minutes": 745}')
    answer = signer.append("text", "pilot", "At both. 745 minutes lie between them, and the next one is due at 05:00.")
    signer.append("text", "harbour", "Agreed: 16:35 and 12 h 25 min make 05:00.", parent=answer)
    signer.append("text", "auditor", "The question named both times; it was not changed afterwards.", parent=question)
    return signer


def tampered(signer: Signer) -> str:
    """The same file after somebody made the answer say another time, in the text and in its base64 form."""
    decision = json.loads(json.dumps(signer.decision()))
    answer = decision["AllTexts"]["pilot"][0]
    answer["data"] = answer["data"].replace("05:00", "06:00")
    answer["data_b64"] = base64.b64encode(answer["data"].encode("utf-8")).decode("ascii")
    return json.dumps(decision, ensure_ascii=False, indent=2) + "\n"


def repaired(signer: Signer) -> bytes:
    """The same conversation in the format that leaves nothing uncovered, with a close."""
    return converted(signer.blocks, SEED, nonce=bytes(32)).data()


def main(folder: Path) -> None:
    """Write the files into `folder`."""
    signer = conversation()
    signer.write(folder / "first.braid.json")
    write_whole(folder / "tampered.braid.json", tampered(signer))
    write_whole(folder / "repaired.braid", repaired(signer).decode())


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
