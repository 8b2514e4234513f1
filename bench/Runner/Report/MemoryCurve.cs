using System.Text;

namespace SaasLlm.Bench.Report;

/// <summary>Memory over time, and the straight line that fits what comes after the start.</summary>
/// <param name="Samples">Minutes since the start, and MB.</param>
/// <param name="From">Where the line begins, in minutes.</param>
internal sealed record MemoryCurve(IReadOnlyList<(double Minutes, double Mb)> Samples, double From)
{
    private const int Width = 960;
    private const int Height = 480;
    private const int Left = 80;
    private const int Right = 30;
    private const int Top = 60;
    private const int Bottom = 60;

    public double PeakMb => Samples.Max(sample => sample.Mb);

    /// <summary>Slope and height at minute 0 of the line of least squares, in MB a minute and MB.</summary>
    public (double Slope, double Offset) Line { get; } = Fit([.. Samples.Where(sample => sample.Minutes >= From)]);

    /// <param name="mostMb">The goal, drawn as a line.</param>
    public string ToSvg(string title, string note, double mostMb)
    {
        var minutes = Math.Max(Samples[^1].Minutes, 0.1);
        var top = Math.Ceiling(Math.Max(PeakMb, mostMb) * 1.1 / 50) * 50;
        var svg = new StringBuilder($"""
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {Width} {Height}" width="{Width}" height="{Height}" font-family="sans-serif" font-size="14">
            <title>{title}</title>
            <rect width="100%" height="100%" fill="#ffffff"/>
            <text x="{Width / 2}" y="26" text-anchor="middle" font-size="18" font-weight="bold" fill="#1a1a1a">{title}</text>
            <text x="{Width / 2}" y="47" text-anchor="middle" fill="#555555">{note}</text>

            """);
        for (var mb = 0.0; mb <= top; mb += top > 600 ? 100 : 50)
            svg.Append($"<line x1=\"{Left}\" y1=\"{Y(mb):0.#}\" x2=\"{Width - Right}\" y2=\"{Y(mb):0.#}\" stroke=\"#e4e4e4\"/><text x=\"{Left - 8}\" y=\"{Y(mb) + 5:0.#}\" text-anchor=\"end\" fill=\"#333333\">{mb:0}</text>\n");
        for (var minute = 0.0; minute <= minutes + 0.001; minute += Step(minutes))
            svg.Append($"<line x1=\"{X(minute):0.#}\" y1=\"{Y(0):0.#}\" x2=\"{X(minute):0.#}\" y2=\"{Y(0) + 5:0.#}\" stroke=\"#333333\"/><text x=\"{X(minute):0.#}\" y=\"{Y(0) + 22:0.#}\" text-anchor=\"middle\" fill=\"#333333\">{minute:0.##}</text>\n");
        svg.Append($"""
            <path d="M{Left} {Top} V{Height - Bottom} H{Width - Right}" fill="none" stroke="#333333"/>
            <text x="{(Left + Width - Right) / 2}" y="{Height - 14}" text-anchor="middle" fill="#333333">time in minutes</text>
            <text transform="translate(24 {(Top + Height - Bottom) / 2}) rotate(-90)" text-anchor="middle" fill="#333333">resident memory of the service in MB</text>
            <line x1="{Left}" y1="{Y(mostMb):0.#}" x2="{Width - Right}" y2="{Y(mostMb):0.#}" stroke="#c0392b" stroke-dasharray="8 5"/>
            <text x="{Width - Right - 6}" y="{Y(mostMb) - 6:0.#}" text-anchor="end" fill="#c0392b">target: under {mostMb:0} MB</text>
            <polyline fill="none" stroke="#1f6fb2" stroke-width="2" points="{string.Join(' ', Samples.Select(sample => $"{X(sample.Minutes):0.#},{Y(sample.Mb):0.#}"))}"/>
            <line x1="{X(From):0.#}" y1="{Y(At(From)):0.#}" x2="{X(minutes):0.#}" y2="{Y(At(minutes)):0.#}" stroke="#e08e0b" stroke-width="2" stroke-dasharray="3 3"/>
            <text x="{Width - Right - 6}" y="{Y(Math.Min(At(From), At(minutes))) + 40:0.#}" text-anchor="end" fill="#b06f08">after minute {From:0.##}: {Line.Slope:+0.00;-0.00} MB a minute</text>
            </svg>

            """);
        return svg.ToString();

        double X(double at) => Left + ((Width - Left - Right) * at / minutes);
        double Y(double mb) => Height - Bottom - ((Height - Top - Bottom) * mb / top);
        double At(double minute) => Line.Offset + (Line.Slope * minute);
    }

    private static double Step(double minutes) => minutes switch
    {
        <= 2 => 0.25,
        <= 15 => 1,
        <= 60 => 5,
        _ => 30,
    };

    private static (double Slope, double Offset) Fit((double Minutes, double Mb)[] samples)
    {
        if (samples.Length < 2)
            return (0, samples.Length == 0 ? 0 : samples[0].Mb);

        var middle = samples.Average(sample => sample.Minutes);
        var height = samples.Average(sample => sample.Mb);
        var slope = samples.Sum(sample => (sample.Minutes - middle) * (sample.Mb - height)) / samples.Sum(sample => Math.Pow(sample.Minutes - middle, 2));
        return (slope, height - (slope * middle));
    }
}
