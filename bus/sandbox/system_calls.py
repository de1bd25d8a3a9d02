"""Table of the system calls that a sandbox refuses or limits, by processor.

An attempt is a list of harmless arguments, to which the kernel alone answers with another error than the
filter does. The self-test makes all of them.
"""

from __future__ import annotations

import errno
from typing import NamedTuple


class Call(NamedTuple):
    """One system call."""

    x86_64: int | None
    aarch64: int | None
    """None where the processor has no such call."""
    attempt: tuple[int, ...] | None = None
    """None where every harmless attempt has the filter's error without a filter too."""

    def number(self, machine: str) -> int | None:
        """Return its number on this processor."""
        number: int | None = getattr(self, machine)
        return number


NOBODY = 0x7FFF_FFFE
"""No process has this ID: it is above the kernel's limit."""

SAVE_IN_FILE_FLAGS = (0x4008_6602, 0x4004_6602, 0x4008_7602, 0x4004_7602, 0x401C_5820)
"""FS_IOC_SETFLAGS, SETVERSION (both also for 32 bits) and FSSETXATTR: they need no writable descriptor."""

TYPE_INTO_TERMINAL = (0x5412, 0x541C)
"""TIOCSTI, TIOCLINUX."""

PR_SET_NAME = 15

REFUSED: dict[str, Call] = {
    # Memory and descriptors of other processes.
    "ptrace": Call(101, 117, (2, NOBODY, 0, 0)),  # PTRACE_PEEKDATA
    "process_vm_readv": Call(310, 270, (NOBODY, 0, 0, 0, 0, 0)),
    "process_vm_writev": Call(311, 271, (NOBODY, 0, 0, 0, 0, 0)),
    "kcmp": Call(312, 272, (NOBODY, NOBODY, 0, 0, 0)),
    "pidfd_getfd": Call(438, 438, (-1, -1, 0)),
    "process_madvise": Call(440, 440, (-1, 0, 0, 0, 0)),
    # Namespaces and mounts.
    "unshare": Call(272, 97, (0,)),
    "setns": Call(308, 268, (-1, 0)),
    "mount": Call(165, 40, (0, 0, 0, 0, 0)),
    "umount2": Call(166, 39, (0, 0)),
    "pivot_root": Call(155, 41, (0, 0)),
    "chroot": Call(161, 51, (0,)),
    "open_tree": Call(428, 428),
    "move_mount": Call(429, 429),
    "fsopen": Call(430, 430),
    "fsconfig": Call(431, 431),
    "fsmount": Call(432, 432),
    "fspick": Call(433, 433),
    "mount_setattr": Call(442, 442),
    "open_tree_attr": Call(467, 467),
    # The kernel itself, and its interfaces around this filter.
    "bpf": Call(321, 280),
    "perf_event_open": Call(298, 241),
    "userfaultfd": Call(323, 282),
    "add_key": Call(248, 217, (0, 0, 0, 0, 0)),
    "request_key": Call(249, 218, (0, 0, 0, 0)),
    "keyctl": Call(250, 219, (0, -3, 0)),
    "kexec_load": Call(246, 104),
    "kexec_file_load": Call(320, 294),
    "init_module": Call(175, 105),
    "finit_module": Call(313, 273),
    "delete_module": Call(176, 106),
    "io_uring_setup": Call(425, 425, (0, 0)),
    "open_by_handle_at": Call(304, 265),
    # Attributes, modes, owners and times of files: each can hold words, or open a folder to others.
    "setxattr": Call(188, 5, (0, 0, 0, 0, 0)),
    "lsetxattr": Call(189, 6, (0, 0, 0, 0, 0)),
    "fsetxattr": Call(190, 7, (-1, 0, 0, 0, 0)),
    "removexattr": Call(197, 14, (0, 0)),
    "lremovexattr": Call(198, 15, (0, 0)),
    "fremovexattr": Call(199, 16, (-1, 0)),
    "setxattrat": Call(463, 463),
    "removexattrat": Call(466, 466),
    "file_setattr": Call(469, 469),
    "chmod": Call(90, None, (0, 0)),
    "fchmod": Call(91, 52, (-1, 0)),
    "fchmodat": Call(268, 53, (-1, 0, 0)),
    "fchmodat2": Call(452, 452, (-1, 0, 0, 0)),
    "chown": Call(92, None, (0, -1, -1)),
    "fchown": Call(93, 55, (-1, -1, -1)),
    "lchown": Call(94, None, (0, -1, -1)),
    "fchownat": Call(260, 54, (-1, 0, -1, -1, 0)),
    "utime": Call(132, None, (0, 0)),
    "utimes": Call(235, None, (0, 0)),
    "futimesat": Call(261, None, (-1, 0, 0)),
    "utimensat": Call(280, 88, (-1, 0, 0, 0)),
    # Memory and queues that outlive the process and that other users may read.
    "shmget": Call(29, 194, (NOBODY, 0, 0)),
    "shmat": Call(30, 196),
    "shmdt": Call(67, 197),
    "shmctl": Call(31, 195),
    "semget": Call(64, 190, (NOBODY, 0, 0)),
    "semop": Call(65, 193),
    "semtimedop": Call(220, 192),
    "semctl": Call(66, 191),
    "msgget": Call(68, 186, (NOBODY, 0)),
    "msgsnd": Call(69, 189),
    "msgrcv": Call(70, 188),
    "msgctl": Call(71, 187),
    "mq_open": Call(240, 180, (0, 0, 0, 0)),
    "mq_unlink": Call(241, 181, (0,)),
    "mq_timedsend": Call(242, 182, (-1, 0, 0, 0, 0)),
    "mq_timedreceive": Call(243, 183, (-1, 0, 0, 0, 0)),
    "mq_notify": Call(244, 184, (-1, 0)),
    "mq_getsetattr": Call(245, 185, (-1, 0, 0)),
    # The machine.
    "sethostname": Call(170, 161, (0, 1)),
    "setdomainname": Call(171, 162, (0, 1)),
    "syslog": Call(103, 116, (10, 0, 0)),  # SYSLOG_ACTION_SIZE_BUFFER
    "settimeofday": Call(164, 170, (0, 0)),
    "clock_settime": Call(227, 112, (0, 0)),
    "acct": Call(163, 89),
    "quotactl": Call(179, 60),
    "quotactl_fd": Call(443, 443),
    "swapon": Call(167, 224),
    "swapoff": Call(168, 225),
    "reboot": Call(169, 142),
    "iopl": Call(172, None),
    "ioperm": Call(173, None),
    "vhangup": Call(153, 58),
}  # fmt: skip
"""Calls that no stage may make."""

OF_OTHERS: dict[str, tuple[Call, int]] = {
    "prlimit64": (Call(302, 261, (NOBODY, 0, 0, 0)), 0),
    "sched_setaffinity": (Call(203, 122, (NOBODY, 128, 0)), 0),
    "sched_setscheduler": (Call(144, 119, (NOBODY, 0, 1)), 0),
    "sched_setparam": (Call(142, 118, (NOBODY, 1)), 0),
    "sched_setattr": (Call(314, 274, (NOBODY, 1, 0)), 0),
    "setpriority": (Call(141, 140, (0, NOBODY, 0)), 1),
    "ioprio_set": (Call(251, 30, (1, NOBODY, 0x4004)), 1),
}
"""Calls that may name this process only, with the index of the argument that names one."""

OF_OTHERS_ERROR = errno.EPERM
"""Libraries that want a higher priority go on without one after this error."""

SEVERAL_PROCESSES = {"setpriority": 0, "ioprio_set": 1}
"""Value of the first argument that selects a single process, not a group or all of a user."""

LIMITED: dict[str, Call] = {
    "socket": Call(41, 198),
    "socketpair": Call(53, 199, (1, 2, 0, 0)),  # datagrams, which may be addressed
    "bind": Call(49, 200, (-1, 0, 0)),
    "listen": Call(50, 201, (-1, 0)),
    "connect": Call(42, 203, (-1, 0, 0)),
    "sendto": Call(44, 206, (-1, 0, 0, 0, 1, 16)),
    "sendmsg": Call(46, 211),
    "sendmmsg": Call(307, 269),
    "clone": Call(56, 220),
    "clone3": Call(435, 435),
    "ioctl": Call(16, 29, (-1, SAVE_IN_FILE_FLAGS[0], 0)),
    "prctl": Call(157, 167, (PR_SET_NAME, 0, 0, 0, 0)),
    "seccomp": Call(317, 277),
}
"""Calls whose arguments decide, or that some stages may make."""
