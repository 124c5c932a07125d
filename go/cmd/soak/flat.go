package main

import "fmt"

const (
	// leastReadings is what a verdict takes.
	leastReadings = 20
	// maxRise is by how much of the mean the best straight line may rise over the second half.
	maxRise = 0.05
	// maxGrowth is by how much the last quarter may exceed the second one.
	maxGrowth = 0.10
)

// trend is how a figure went.
type trend struct {
	rise   float64 // of the straight line over the second half, as a share of the mean there
	growth float64 // from the second quarter to the last, as a share of the former
}

// trendOf takes readings at even intervals, leastReadings or more. The first quarter is left out: pools and caches fill.
func trendOf(values []float64) trend {
	n := len(values)
	half := values[n/2:]
	mean := meanOf(half)
	middle := float64(len(half)-1) / 2
	covariance, variance := 0.0, 0.0
	for i, v := range half {
		x := float64(i) - middle
		covariance += x * (v - mean)
		variance += x * x
	}
	rise := covariance / variance * 2 * middle
	early := meanOf(values[n/4 : n/2])
	return trend{share(rise, mean), share(meanOf(values[n-n/4:])-early, early)}
}

func (t trend) flat() bool { return t.rise <= maxRise && t.growth <= maxGrowth }

func (t trend) String() string {
	return fmt.Sprintf("%+.1f %% over the second half, %+.1f %% from the second quarter to the last", 100*t.rise, 100*t.growth)
}

func meanOf(values []float64) float64 {
	sum := 0.0
	for _, v := range values {
		sum += v
	}
	return sum / float64(len(values))
}

// share is 0 of nothing: what was never there has not grown.
func share(part, whole float64) float64 {
	if whole == 0 {
		return 0
	}
	return part / whole
}
