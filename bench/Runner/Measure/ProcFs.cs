using System.Globalization;

namespace SaasLlm.Bench.Measure;

/// <summary>What Linux tells of processes and of the machine.</summary>
internal static class ProcFs
{
    /// <summary>A tick of /proc in µs: 100 a second on every Linux, whatever the kernel's own clock.</summary>
    private const double MicrosPerTick = 10_000;

    // Fields of /proc/<pid>/stat, counted from the one after the name, which may itself hold blanks.
    private const int ParentField = 1;
    private const int UserField = 11;
    private const int SystemField = 12;
    private const int ChildrenUserField = 13;
    private const int ChildrenSystemField = 14;

    /// <summary>CPU time of one process in µs, all its threads, ended ones too.</summary>
    public static double CpuMicros(int processId) => Sum(Stat(processId), UserField, SystemField);

    /// <summary>CPU time in µs of a process, of its children, and of those that have ended.</summary>
    public static double CpuMicrosOfFamily(int processId)
    {
        var sum = Sum(Stat(processId), UserField, SystemField, ChildrenUserField, ChildrenSystemField);
        foreach (var child in Children(processId))
            sum += Sum(Stat(child), UserField, SystemField, ChildrenUserField, ChildrenSystemField);
        return sum;
    }

    /// <summary>Largest resident memory in MB since the process began or <see cref="ForgetPeak"/>.</summary>
    public static double PeakMb(int processId) => StatusMb(processId, "VmHWM:");

    /// <summary>Resident memory in MB now.</summary>
    public static double ResidentMb(int processId) => StatusMb(processId, "VmRSS:");

    /// <summary>Begins a new peak, where the kernel allows it.</summary>
    public static void ForgetPeak(int processId)
    {
        try
        {
            File.WriteAllText($"/proc/{processId}/clear_refs", "5");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Then the peak is the one since the process began.
        }
    }

    public static MachineTime Machine()
    {
        var fields = Fields(File.ReadLines("/proc/stat").First()[4..]);
        var all = 0.0;
        for (var field = 0; field < 8; field++)
            all += Number(fields[field]);

        // Everything but idle, waiting for a disk, and stolen. Soft interrupts count: loopback's run in the sender's own time.
        var used = all - Number(fields[3]) - Number(fields[4]) - Number(fields[7]);
        return new MachineTime(all * MicrosPerTick, Number(fields[7]) * MicrosPerTick, used * MicrosPerTick);
    }

    private static IEnumerable<int> Children(int processId)
    {
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), out var id) && Stat(id) is { Length: > 0 } stat && Number(stat[ParentField]) == processId)
                yield return id;
        }
    }

    private static double Sum(string[] stat, params ReadOnlySpan<int> fields)
    {
        var ticks = 0.0;
        if (stat.Length > 0)
        {
            foreach (var field in fields)
                ticks += Number(stat[field]);
        }

        return ticks * MicrosPerTick;
    }

    /// <summary>Empty where there is no such process any more.</summary>
    private static string[] Stat(int processId)
    {
        try
        {
            var text = File.ReadAllText($"/proc/{processId}/stat");
            return Fields(text[(text.LastIndexOf(')') + 1)..]);
        }
        catch (IOException)
        {
            return [];
        }
    }

    private static double StatusMb(int processId, string name)
    {
        var line = File.ReadLines($"/proc/{processId}/status").First(line => line.StartsWith(name, StringComparison.Ordinal));
        return Number(Fields(line[name.Length..])[0]) / 1024;
    }

    private static string[] Fields(string text) => text.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries);

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}

/// <summary>Time of all cores since the machine began, in µs.</summary>
/// <param name="All">Idle or not.</param>
/// <param name="Stolen">Taken by the host for other machines.</param>
/// <param name="Used">By the processes of this machine.</param>
internal readonly record struct MachineTime(double All, double Stolen, double Used)
{
    public static MachineTime operator -(MachineTime later, MachineTime earlier) =>
        new(later.All - earlier.All, later.Stolen - earlier.Stolen, later.Used - earlier.Used);
}
