package browserdemo

import (
	"net/http"
	"regexp"
	"strings"
	"testing"
)

// What is wrong is refused with words that help, and changes nothing.
func TestBadRequests(t *testing.T) {
	_, base := start(t, testConfig)
	call, _ := open(t, base, offer(t))
	id := strings.TrimPrefix(call, base)
	for _, test := range []struct {
		method, path, body string
		header             string
		status             int
		want               string
	}{
		{"POST", "/calls", offer(t), "", 415, "application/sdp"},
		{"POST", "/calls", "hello", sdpType, 400, "The offer can't be answered"},
		{"POST", "/calls", "", sdpType, 400, "The offer can't be answered"},
		{"POST", "/calls", strings.Repeat("v=0\r\n", maxOffer), sdpType, 413, "at most 65536 bytes"},
		{"GET", "/calls", "", "", 405, ""},
		{"PUT", "/calls/AAAAAAAAAAAAAAAAAAAAAAAAAA/link", "{}", "", 404, "POST an offer to /calls"},
		{"GET", "/calls/AAAAAAAAAAAAAAAAAAAAAAAAAA/events", "", "", 404, "no such call"},
		{"PUT", id + "/link", "", "", 400, `such as {"capacity_bps":3000000`},
		{"PUT", id + "/link", `[1]`, "", 400, "Not the JSON that is expected"},
		{"PUT", id + "/link", `{"capacity": 1}`, "", 400, `unknown field "capacity"`},
		{"PUT", id + "/link", `{"capacity_bps": 1}`, "", 400, "A capacity of 1 bit/s"},
		{"PUT", id + "/link", `{"capacity_bps": 1e99}`, "", 400, "Not the JSON that is expected"},
		{"PUT", id + "/link", `{"delay_ms": -1}`, "", 400, "A delay of -1ms"},
		{"PUT", id + "/link", `{"delay_ms": 1e30}`, "", 400, "A delay of"},
		{"PUT", id + "/link", `{"queue_ms": 1e6}`, "", 400, "A queue of"},
		{"PUT", id + "/link", `{"loss_percent": 101}`, "", 400, "A loss of"},
		{"PUT", id + "/link", `{"loss_percent": ` + strings.Repeat("0", maxJSON) + `}`, "", 400, ""},
		{"PUT", id + "/remb", `{"source": "magic"}`, "", 400, `"magic" is none of`},
		{"PUT", id + "/remb", `{"factor": 3}`, "", 400, "A factor of 3"},
		{"PUT", id + "/remb", `{"max_bitrate_bps": -1}`, "", 400, "max_bitrate_bps of -1 is refused"},
		{"PUT", id + "/remb", `{"source": "magic", "max_bitrate_bps": 5000}`, "", 400, `"magic" is none of`},
		{"POST", id + "/browser-stats", `so`, "", 400, "Not the JSON that is expected"},
		{"DELETE", id, "", "Origin: https://elsewhere.example", 403, ""},
		{"POST", "/calls", offer(t), "Sec-Fetch-Site: cross-site", 403, ""},
		{"GET", "/index.htm", "", "", 404, ""},
		{"GET", "/page/app.js", "", "", 404, ""},
	} {
		headers := []string{"Content-Type: application/json"}
		if test.header != "" {
			headers = append(headers, test.header)
		}
		response, text := ask(t, test.method, base+test.path, test.body, headers...)
		if response.StatusCode != test.status || !strings.Contains(text, test.want) {
			t.Errorf("%s %s %.60s: %s, %s", test.method, test.path, test.body, response.Status, text)
		}
	}
	const unchanged = `{"capacity_bps":3000000,"delay_ms":10,"queue_ms":200,"loss_percent":0}` + "\n"
	if _, text := ask(t, "PUT", call+"/link", "{}"); text != unchanged {
		t.Errorf("the link is now %s", text)
	}
	// What stands for a default is told as what it is.
	const knowing = `{"source":"knowing","factor":0.9,"max_bitrate_bps":5000}` + "\n"
	settings := `{"source": "knowing", "factor": 0, "max_bitrate_bps": 5000}`
	if _, text := ask(t, "PUT", call+"/remb", settings); text != knowing {
		t.Errorf("REMB is now %s", text)
	}
	ask(t, "PUT", call+"/remb", `{"source": "none", "factor": 1, "max_bitrate_bps": -1}`)
	if _, text := ask(t, "PUT", call+"/remb", "{}"); text != knowing {
		t.Errorf("REMB is now %s", text)
	}
	ask(t, "PUT", call+"/remb", `{"source": "", "max_bitrate_bps": 0}`)
	const source = `{"source":"libremb","factor":0.9,"max_bitrate_bps":0}` + "\n"
	if _, text := ask(t, "PUT", call+"/remb", "{}", "Origin: "+base); text != source {
		t.Errorf("REMB is now %s", text)
	}
}

// The page has all that it loads, and nothing is loaded from elsewhere.
func TestPage(t *testing.T) {
	config := testConfig
	config.Link.Loss = 0.015
	_, base := start(t, config)
	response, index := ask(t, "GET", base+"/", "")
	policy := response.Header.Get("Content-Security-Policy")
	if response.StatusCode != http.StatusOK || !strings.Contains(policy, "default-src 'none'") ||
		strings.Contains(policy, "unsafe") {
		t.Errorf("%s, %q", response.Status, policy)
	}
	if !strings.Contains(index, "&#34;capacity_bps&#34;:3000000") ||
		!strings.Contains(index, "&#34;loss_percent&#34;:1.5") {
		t.Error("the page does not know what a call begins with")
	}
	loads := regexp.MustCompile(`(?:src|href)="([^"]+)"|from "\./([^"]+)"|new Worker\("([^"]+)"`)
	types := map[string]string{
		"js": "text/javascript; charset=utf-8", "css": "text/css; charset=utf-8", "svg": "image/svg+xml",
		"txt": "text/plain; charset=utf-8",
	}
	seen := map[string]bool{}
	var look func(text string)
	look = func(text string) {
		for _, match := range loads.FindAllStringSubmatch(text, -1) {
			name := match[1] + match[2] + match[3]
			if seen[name] {
				continue
			}
			seen[name] = true
			response, text := ask(t, "GET", base+"/"+name, "")
			extension := name[strings.LastIndex(name, ".")+1:]
			if got := response.Header.Get("Content-Type"); response.StatusCode != http.StatusOK || got != types[extension] {
				t.Errorf("%s: %s, %q", name, response.Status, got)
			}
			if extension == "js" && name != "uplot.js" {
				look(text)
			}
		}
	}
	look(index)
	for _, name := range []string{"app.js", "call.js", "clock.js", "controls.js", "demo.css", "uplot.js", "report.css"} {
		if !seen[name] {
			t.Errorf("nothing loads %s", name)
		}
	}
}
