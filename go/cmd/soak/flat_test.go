package main

import (
	"math"
	"math/rand/v2"
	"testing"
)

func TestTrend(t *testing.T) {
	const n = 120 // a reading each 10 s for 20 minutes
	random := rand.New(rand.NewPCG(1, 1))
	for _, c := range []struct {
		name string
		at   func(x float64) float64 // of 0 to 1
		flat bool
	}{
		{"constant", func(float64) float64 { return 50 }, true},
		{"never there", func(float64) float64 { return 0 }, true},
		{"noise", func(float64) float64 { return 100 + 5*random.NormFloat64() }, true},
		{"filling in the first quarter", func(x float64) float64 { return 100 * min(1, 4*x) }, true},
		{"falling", func(x float64) float64 { return 100 - 50*x }, true},
		{"a cache that fills", func(x float64) float64 { return 100 * (1 - math.Exp(-10*x)) }, true},
		{"leaking a fifth", func(x float64) float64 { return 100 + 20*x }, false},
		{"leaking a fifth, with noise", func(x float64) float64 { return 100 + 20*x + 2*random.NormFloat64() }, false},
		{"leaking all of it", func(x float64) float64 { return 1000 * x }, false},
		{"a step in the middle", func(x float64) float64 { return 100 + 15*math.Round(x) }, false},
		{"a step in the last quarter", func(x float64) float64 { return 100 + 20*math.Round(x-0.3) }, false},
	} {
		values := make([]float64, n)
		for i := range values {
			values[i] = c.at(float64(i) / n)
		}
		if trend := trendOf(values); trend.flat() != c.flat {
			t.Errorf("%s: %v", c.name, trend)
		}
	}
}

func TestTrendFigures(t *testing.T) {
	values := make([]float64, leastReadings)
	for i := range values {
		values[i] = 100 + float64(i) // the second half from 110 to 119, the quarters 105 to 109 and 115 to 119
	}
	got := trendOf(values)
	if want := (trend{9 / 114.5, 10.0 / 107}); math.Abs(got.rise-want.rise) > 1e-9 || math.Abs(got.growth-want.growth) > 1e-9 {
		t.Errorf("%+v, not %+v", got, want)
	}
}
