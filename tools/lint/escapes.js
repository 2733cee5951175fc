// A plug-in of oxlint's: what may hold somebody else's text goes out through the one escape of its kind.
// Terminals: main.ts shows what console.log and process.stderr.write print; nothing else prints. HTML: `html` of hono, or escapeHtml around each value. Markdown: markdownText around each value.

/** Functions whose result is escaped for where it is used, or holds nothing but letters and digits. */
const escapes = {
  HTML: ['escapeHtml', 'htmlTable', 'encodeURIComponent', 'encodeURI'],
  Markdown: ['markdownText'],
}
const kinds = {
  HTML: /<\/?(?!think\b)[a-z][\w-]*(?:[\s>/]|\0|$)/,
  Markdown: /^\n*(?:#{1,6} |\| )/,
}

/** Whether an expression can hold nothing that acts: escaped, a number, or put together from such. */
function isSafe(node, names) {
  const all = (...nodes) => nodes.every((each) => isSafe(each, names))
  switch (node.type) {
    case 'Literal':
      return true
    case 'TemplateLiteral':
      return all(...node.expressions)
    case 'ConditionalExpression':
      return all(node.consequent, node.alternate)
    case 'LogicalExpression':
      return all(node.left, node.right)
    case 'BinaryExpression':
      return node.operator !== '+' || all(node.left, node.right)
    case 'ArrowFunctionExpression':
      return all(node.body)
    case 'Identifier':
      return names.includes(node.name)
    case 'MemberExpression':
      return node.property.name === 'length'
    case 'CallExpression': {
      const { callee } = node
      if (callee.type === 'Identifier') return names.includes(callee.name)
      const method = callee.property?.name
      if (['toFixed', 'toPrecision', 'repeat'].includes(method)) return true
      if (['join', 'replaceAll', 'padEnd', 'padStart'].includes(method)) return isSafe(callee.object, names)
      return method === 'map' && all(node.arguments[0])
    }
    default:
      return false
  }
}

const rule = {
  create(context) {
    return {
      CallExpression(node) {
        const { object, property } = node.callee
        const print = object?.name === 'console' && property?.name !== 'log'
        const write = object?.object?.name === 'process' && object.property?.name === 'stdout' && property?.name === 'write'
        if (print || write)
          context.report({ node, message: 'print by console.log or process.stderr.write: main.ts lets those show text only' })
      },
      TemplateLiteral(node) {
        if (node.expressions.length === 0 || node.parent.type === 'TaggedTemplateExpression') return
        const text = node.quasis.map(({ value }) => value.raw).join('\0')
        for (const [kind, mark] of Object.entries(kinds)) {
          if (!mark.test(text)) continue
          const bare = node.expressions.find((expression) => !isSafe(expression, escapes[kind]))
          if (bare)
            context.report({
              node: bare,
              message: `${kind} is made of this: put ${escapes[kind][0]}() around it${kind === 'HTML' ? ', or make the whole by html`...`' : ''}`,
            })
        }
      },
    }
  },
}

export default { meta: { name: 'escapes' }, rules: { output: rule } }
