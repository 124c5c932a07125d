//go:build cgo

package remb

import (
	"fmt"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"
)

// TestMain looks for goroutines of the package that outlive all tests.
func TestMain(m *testing.M) {
	code := m.Run()
	stacks := ""
	for range 100 {
		buffer := make([]byte, 1<<20)
		stacks = string(buffer[:runtime.Stack(buffer, true)])
		if !strings.Contains(stacks, ".(*rembLoop)") {
			os.Exit(code)
		}
		time.Sleep(10 * time.Millisecond)
	}
	fmt.Println("goroutines are left:\n" + stacks)
	os.Exit(1)
}
