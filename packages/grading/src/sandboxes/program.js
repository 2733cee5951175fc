/* oxlint-disable no-unused-vars -- one of three parts that are put together as one function body */
// Holds the program under test and calls its functions when the judge asks. All of this is within the program's reach and decides nothing.
const serve = (functions) => {
  const answer = (work) => {
    try {
      return { value: work() }
    } catch (error) {
      return { error: String(error?.name ?? 'Error'), message: String(error?.message ?? error).slice(0, 300) }
    }
  }
  send({ value: Object.keys(functions) })
  for (;;) {
    const [name, values] = receive()
    send(answer(() => encode(functions[name](...values.map(decode)))))
  }
}
