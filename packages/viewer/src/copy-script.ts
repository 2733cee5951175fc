/** Buttons that copy the text before them. */
export const copyScript = `
for (const button of document.querySelectorAll('button.copy'))
  button.addEventListener('click', async () => {
    await navigator.clipboard.writeText(button.previousElementSibling.textContent)
    button.textContent = 'copied'
  })
`
