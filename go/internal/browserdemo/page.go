package browserdemo

import (
	"bytes"
	"embed"
	"encoding/json"
	"html"
	"mime"
	"net/http"
	"path"
	"strings"
	"time"

	"github.com/libremb/libremb/tools/report"
)

//go:embed page
var pageFiles embed.FS

// servePage serves the page and the files that it loads; they are all there is.
func servePage(mux *http.ServeMux, config Config) {
	files := map[string]string{
		"report.css": report.StyleCSS, "uplot.css": report.UPlotCSS, "uplot.js": report.UPlotJS,
		"uplot-license.txt": report.UPlotLicense,
	}
	entries, err := pageFiles.ReadDir("page")
	if err != nil {
		panic(err) // it is compiled in
	}
	for _, entry := range entries {
		data, err := pageFiles.ReadFile("page/" + entry.Name())
		if err != nil {
			panic(err)
		}
		files[entry.Name()] = string(data)
	}
	files["index.html"] = strings.Replace(files["index.html"], "{{defaults}}", html.EscapeString(defaults(config)), 1)
	files["index.html"] = strings.Replace(files["index.html"], "{{profile}}", config.Profile.String(), 1)
	for name, data := range files {
		pattern := "GET /" + name
		if name == "index.html" {
			pattern = "GET /{$}"
		}
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", contentType(name))
			w.Header().Set("Cache-Control", "no-cache")
			http.ServeContent(w, r, name, time.Time{}, bytes.NewReader([]byte(data)))
		})
	}
}

// contentType does not ask the machine, whose tables differ.
func contentType(name string) string {
	switch path.Ext(name) {
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	}
	return mime.TypeByExtension(path.Ext(name))
}

// defaults are what the page's controls show at first.
func defaults(config Config) string {
	data, err := json.Marshal(struct {
		linkJSON
		rembJSON
	}{linkToJSON(config.Link), rembJSON{config.Source.Kind, config.Source.Factor, config.MaxBitrate}})
	if err != nil {
		panic(err) // plain numbers and a word
	}
	return string(data)
}

// secured adds headers that keep the page to itself: it loads nothing from elsewhere, and is in nobody's frame.
func secured(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		header := w.Header()
		header.Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; worker-src 'self'; "+
			"style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; "+
			"frame-ancestors 'none'")
		header.Set("Permissions-Policy", "camera=(self), microphone=(), geolocation=()")
		header.Set("Referrer-Policy", "no-referrer")
		header.Set("X-Content-Type-Options", "nosniff")
		next.ServeHTTP(w, r)
	})
}
