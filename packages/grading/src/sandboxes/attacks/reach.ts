import { attack, python, source, type Attack } from './attack.ts'

/** Python that reaches for files, the network, other processes and the JavaScript around it. */
export const reach: readonly Attack[] = [
  attack(
    'file read outside',
    ({ file }) => source`
    def f(x): raise ValueError(open(${file}).read())`,
  ),
  attack(
    'file read by way of /proc',
    ({ file, pid }) => source`
    def f(x):
        found = []
        for path in [f"/proc/{${pid}}/root" + ${file}, f"/proc/{${pid}}/environ", f"/proc/{${pid}}/cmdline", "/proc/self/cwd" + ${file}]:
            try: found.append(open(path).read())
            except OSError: pass
        raise ValueError(found)`,
  ),
  attack(
    'file write outside',
    ({ file }) => python`
    open(${file}, "w").write("owned")
    import os; os.remove(${file})
    import os; os.rename(${file}, "/tmp/gone")
    import os; os.chmod(${file}, 0)
    import os; os.mkfifo(${file} + ".fifo")`,
  ),
  attack(
    'symbolic link out',
    ({ file }) => source`
    import os
    os.symlink(${file}, "/tmp/link")
    def f(x): raise ValueError(open("/tmp/link").read())`,
  ),
  attack(
    'standard library overwritten for the next',
    () => python`
    import json; open(json.__file__, "w").write("raise SystemExit")
    import os; os.remove(os.__file__)
    open("/lib/python314.zip", "w").write("")
    open("/usr/lib/python3/sitecustomize.py", "w").write("raise SystemExit")`,
  ),
  attack(
    'network by sockets',
    ({ port }) => python`
    import socket; socket.create_connection(("127.0.0.1", ${port}), 1).send(b"hello")
    import socket; s = socket.socket(); s.connect(("127.0.0.1", ${port}))
    import socket; socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"hello", ("127.0.0.1", ${port}))
    import socket; socket.gethostbyname("example.com")`,
  ),
  attack(
    'network by urllib',
    ({ port }) => source`
    import urllib.request
    def f(x): raise ValueError(urllib.request.urlopen(f"http://127.0.0.1:{${port}}/", timeout=1).read())`,
  ),
  attack(
    'network by fetch',
    ({ port }) => python`
    import js; js.fetch(f"http://127.0.0.1:{${port}}/")
    import pyodide.http; pyodide.http.open_url(f"http://127.0.0.1:{${port}}/")
    import asyncio, pyodide.http; asyncio.ensure_future(pyodide.http.pyfetch(f"http://127.0.0.1:{${port}}/"))
    import js; js.XMLHttpRequest.new().open("GET", f"http://127.0.0.1:{${port}}/", False)
    import js; js.WebSocket.new(f"ws://127.0.0.1:{${port}}/")
    import pyodide_js; pyodide_js.loadPackage(f"http://127.0.0.1:{${port}}/x.whl")`,
  ),
  attack(
    'network by the sockets of Node',
    ({ port }) => source`
    import asyncio
    async def go():
        import pyodide_js, socket
        await pyodide_js.useNodeSockFS()
        socket.create_connection(("127.0.0.1", ${port}), 1)
    try: asyncio.run(go())
    except BaseException: pass
    def f(x): return -1`,
  ),
  attack(
    'signals to the parent',
    ({ pid }) => python`
    import os; os.kill(os.getppid(), 15)
    import os; os.kill(0, 15)
    import os; os.kill(-1, 9)
    import os; os.kill(1, 9)
    import os; os.kill(${pid}, 9)
    import os; os.killpg(os.getppid(), 9)
    import signal; signal.pidfd_send_signal(__import__("os").pidfd_open(${pid}), 9)`,
  ),
  attack(
    'process memory of the grader',
    ({ pid }) => python`
    open(f"/proc/{${pid}}/mem", "r+b").write(b"x")
    import ctypes; ctypes.CDLL(None).ptrace(16, ${pid}, 0, 0)
    import ctypes; ctypes.CDLL(None).process_vm_writev(${pid}, 0, 0, 0, 0, 0)`,
  ),
  attack(
    'new namespaces',
    ({ file }) => source`
    import ctypes
    try:
        c = ctypes.CDLL(None)
        c.unshare(0x10000000)
        c.unshare(0x00020000)
        c.mount(b"none", b"/tmp", b"tmpfs", 0, 0)
        c.chroot(b"/")
    except BaseException: pass
    def f(x): raise ValueError(open(${file}).read())`,
  ),
  attack(
    'escape through js',
    ({ file, pid }) => python`
    import js; js.process.kill(${pid}, 9)
    import js; js.eval(f"process.kill({${pid}}, 9)")
    import js; js.require("fs").writeFileSync(${file}, "owned")
    from pyodide.code import run_js; run_js(f"process.kill({${pid}}, 9)")
    import js; js.process.exit(0)`,
  ),
  attack(
    'escape through the Function constructor',
    ({ file, pid }) => python`
    import pyodide_js; pyodide_js.runPython.constructor(f"process.kill({${pid}}, 9)")()
    import pyodide_js; pyodide_js.runPython.constructor("import('node:fs').then((fs) => fs.writeFileSync('" + ${file} + "', 'owned'))")()
    import pyodide_js; pyodide_js.runPython.constructor("return this")().process.kill(${pid}, 9)
    import ctypes; ctypes.CDLL(None).emscripten_run_script(f"process.kill({${pid}}, 9)".encode())`,
  ),
  attack(
    'host folders mounted',
    ({ file }) => source`
    import os
    for mount in [
        lambda js: js.mountNodeFS("/mnt", "/"),
        lambda js: js.FS.mkdir("/mnt"),
        lambda js: js.FS.mount(js.FS.filesystems.NODEFS, js.toPy({"root": "/"}), "/mnt"),
        lambda js: js._module.FS.mount(js._module.NODEFS, {"root": "/"}, "/mnt"),
    ]:
        try:
            import pyodide_js
            mount(pyodide_js)
        except BaseException: pass
    def f(x): raise ValueError(open("/mnt" + ${file}).read())`,
  ),
]
