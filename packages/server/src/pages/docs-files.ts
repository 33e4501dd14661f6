/** A file of the page that shows the API’s description. */
export interface DocsFile {
  readonly type: string
  /** Its name in swagger-ui-dist, or its text. */
  readonly from: { readonly package: string } | { readonly text: string }
}

// the defaults would load a page of somebody else’s, or ask a validator elsewhere
const initializer = `SwaggerUIBundle({
  url: './openapi.json',
  dom_id: '#swagger-ui',
  deepLinking: true,
  validatorUrl: null,
})
`

/** Its page; addresses are relative, so that it works behind a proxy that puts a path in front. */
export const docsPage = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>gitferry API</title>
    <link rel="stylesheet" href="./docs/swagger-ui.css" />
    <link rel="icon" type="image/png" href="./docs/favicon-32x32.png" sizes="32x32" />
  </head>
  <body>
    <div id="swagger-ui"></div>
    <script src="./docs/swagger-ui-bundle.js"></script>
    <script src="./docs/initializer.js"></script>
  </body>
</html>
`

/** The few files that the page needs. */
export const docsFiles: Readonly<Record<string, DocsFile>> = {
  'swagger-ui.css': { type: 'text/css', from: { package: 'swagger-ui.css' } },
  'swagger-ui-bundle.js': { type: 'text/javascript', from: { package: 'swagger-ui-bundle.js' } },
  'initializer.js': { type: 'text/javascript', from: { text: initializer } },
  'favicon-32x32.png': { type: 'image/png', from: { package: 'favicon-32x32.png' } },
}
