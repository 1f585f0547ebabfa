"""Looks for texts in the memory of a process, as root may."""
import re


def hits(pid, values):
    """How often each of `values` (name to bytes) stands in the writable memory of `pid`."""
    found = dict.fromkeys(values, 0)
    with open(f"/proc/{pid}/maps") as maps, open(f"/proc/{pid}/mem", "rb", 0) as memory:
        for line in maps:
            bounds, mode = re.match(r"([0-9a-f]+-[0-9a-f]+) (\S+)", line).groups()
            if "r" not in mode or "w" not in mode:
                continue
            start, end = (int(x, 16) for x in bounds.split("-"))
            tail = b""
            while start < end:
                size = min(end - start, 16 << 20)
                try:
                    memory.seek(start)
                    block = memory.read(size)
                except OSError:
                    break  # A guard page, or the kernel's.
                if not block:
                    break
                for name, value in values.items():
                    # What lies across two blocks is counted with the second.
                    found[name] += (tail[-(len(value) - 1):] + block).count(value)
                tail = block[-256:]
                start += len(block)
    return found
