package remb

import (
	"runtime"
	"slices"
	"sync"
	"weak"
)

// sources has the interceptors of each peer connection, in the order in which they were made: in that of the registry,
// the one nearest to the wire first. It tells whose a REMB is whose attributes were lost on the way, and is asked for
// nothing else.
var sources struct {
	mu sync.Mutex
	of map[string][]weak.Pointer[BWEInterceptor]
}

// addSource has an interceptor known until it is closed or collected.
func addSource(i *BWEInterceptor) {
	p := weak.Make(i)
	sources.mu.Lock()
	defer sources.mu.Unlock()
	if sources.of == nil {
		sources.of = map[string][]weak.Pointer[BWEInterceptor]{}
	}
	sources.of[i.id] = append(sources.of[i.id], p)
	// Pion drops an interceptor without closing it if another factory of the registry fails.
	runtime.AddCleanup(i, func(id string) { removeSource(id, p) }, i.id)
}

func removeSource(id string, p weak.Pointer[BWEInterceptor]) {
	sources.mu.Lock()
	defer sources.mu.Unlock()
	left := slices.DeleteFunc(sources.of[id], func(q weak.Pointer[BWEInterceptor]) bool { return p == q })
	if len(left) == 0 {
		delete(sources.of, id)
	} else {
		sources.of[id] = left
	}
}

// sourcesBehind returns the interceptors of a peer connection that were made after i and send from an SSRC.
func sourcesBehind(i *BWEInterceptor, senderSSRC uint32) (behind []*BWEInterceptor) {
	sources.mu.Lock()
	defer sources.mu.Unlock()
	all := sources.of[i.id]
	for _, p := range all[slices.Index(all, weak.Make(i))+1:] {
		if source := p.Value(); source != nil && source.estimator.senderSSRC == senderSSRC {
			behind = append(behind, source)
		}
	}
	return behind
}
