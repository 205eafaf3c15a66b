using System.Runtime.CompilerServices;
using LayerDecayGen.Generator.Torch;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace LayerDecayGen.Generator.Reading;

/// <content>What initializers, constructors and the methods that these call assign to members and put into lists.</content>
internal sealed partial class ClassBody
{
    private sealed class Assignments
    {
        private readonly ClassBody _body;
        private readonly Dictionary<string, List<ExpressionSyntax>> _values = new(StringComparer.Ordinal);
        private readonly Dictionary<string, List<SyntaxNode>> _given = new(StringComparer.Ordinal);
        private readonly HashSet<MethodDeclarationSyntax> _entered = [];
        private HashSet<string>? _set;

        public Assignments(ClassBody body)
        {
            _body = body;
            foreach (var declaration in body._declarations) Read(declaration);
        }

        public bool MayStayNull(string member) => _values.ContainsKey(member) && _set is not null && !_set.Contains(member);

        public IReadOnlyList<ITypeSymbol> TypesOf(string member)
        {
            var types = new List<ITypeSymbol>();
            if (!_values.TryGetValue(member, out var values)) return types;
            foreach (var value in values)
                if (!AddTypes(value, types, []))
                    return [];
            return types;
        }

        public IReadOnlyList<ITypeSymbol> ElementsOf(string member)
        {
            var types = new List<ITypeSymbol>();
            Gather(member, types, new HashSet<string>(StringComparer.Ordinal));
            return types;
        }

        private void Read(TypeDeclarationSyntax declaration)
        {
            var initialized = new HashSet<string>(StringComparer.Ordinal);
            foreach (var member in declaration.Members)
            {
                if (member is FieldDeclarationSyntax field)
                    foreach (var variable in field.Declaration.Variables)
                        Assign(variable.Identifier.ValueText, variable.Initializer?.Value, initialized);
                else if (member is PropertyDeclarationSyntax property)
                    Assign(property.Identifier.ValueText, property.Initializer?.Value, initialized);
            }

            foreach (var member in declaration.Members)
                if (member is ConstructorDeclarationSyntax constructor && !constructor.Modifiers.Any(SyntaxKind.StaticKeyword))
                    Read(constructor, new HashSet<string>(initialized, StringComparer.Ordinal));
            _set ??= initialized;
        }

        private void Read(ConstructorDeclarationSyntax constructor, HashSet<string> initialized)
        {
            HashSet<string>? set = initialized;
            if (constructor.Body is { } body) set = Flow(body, set);
            else if (constructor.ExpressionBody is { } arrow) Assign(arrow.Expression, set);
            // A constructor that calls another by this(...) sets at least what the other sets, which is counted there.
            if (constructor.Initializer is not { RawKind: (int)SyntaxKind.ThisConstructorInitializer }) _set = Meet(_set, set);
        }

        /// <summary>The members set for certain after a statement, given those before it; null where the end is not reached.</summary>
        private HashSet<string>? Flow(StatementSyntax? statement, HashSet<string>? set)
        {
            if (set is null) return null;
            RuntimeHelpers.EnsureSufficientExecutionStack();
            switch (statement)
            {
                case BlockSyntax block:
                    foreach (var inner in block.Statements) set = Flow(inner, set);
                    return set;
                case ExpressionStatementSyntax expression:
                    Assign(expression.Expression, set);
                    return set;
                case LocalDeclarationStatementSyntax local:
                    foreach (var variable in local.Declaration.Variables)
                        if (variable.Initializer is { } initializer)
                            Note(_given, variable.Identifier.ValueText, initializer.Value);
                    return set;
                case IfStatementSyntax choice:
                    var then = Flow(choice.Statement, Copy(set));
                    return Meet(then, choice.Else is null ? set : Flow(choice.Else.Statement, Copy(set)));
                case SwitchStatementSyntax choice: return Flow(choice, set);
                case ForStatementSyntax loop: return Meet(Flow(loop.Statement, Copy(set)), set);
                case WhileStatementSyntax loop: return Meet(Flow(loop.Statement, Copy(set)), set);
                case CommonForEachStatementSyntax loop: return Meet(Flow(loop.Statement, Copy(set)), set);
                case DoStatementSyntax loop: return Flow(loop.Statement, set);
                case UsingStatementSyntax use: return Flow(use.Statement, set);
                case LockStatementSyntax held: return Flow(held.Statement, set);
                case TryStatementSyntax attempt: return Flow(attempt.Block, set);
                case ThrowStatementSyntax: return null;
                default: return set;
            }
        }

        private HashSet<string>? Flow(SwitchStatementSyntax choice, HashSet<string> set)
        {
            HashSet<string>? after = null;
            var complete = false;
            foreach (var section in choice.Sections)
            {
                var inner = (HashSet<string>?)Copy(set);
                foreach (var label in section.Labels) complete |= label.IsKind(SyntaxKind.DefaultSwitchLabel);
                foreach (var statement in section.Statements) inner = Flow(statement, inner);
                after = Meet(after, inner);
            }

            return complete ? after : Meet(after, set);
        }

        private static HashSet<string> Copy(HashSet<string> set) => new(set, StringComparer.Ordinal);

        private static HashSet<string>? Meet(HashSet<string>? left, HashSet<string>? right)
        {
            if (left is null || right is null) return left ?? right;
            left.IntersectWith(right);
            return left;
        }

        private void Assign(ExpressionSyntax expression, HashSet<string> set)
        {
            if (expression is InvocationExpressionSyntax call)
            {
                if (Filled(call) is { } container) Note(_given, container, call.ArgumentList);
                else Enter(call, set);
            }

            if (expression is not AssignmentExpressionSyntax assignment) return;
            if (NameOf(assignment.Left) is { } name) Assign(name, assignment.Right, set);
            else if (assignment is { Left: TupleExpressionSyntax left, Right: TupleExpressionSyntax right } && left.Arguments.Count == right.Arguments.Count)
                for (var i = 0; i < left.Arguments.Count; i++)
                    if (NameOf(left.Arguments[i].Expression) is { } target)
                        Assign(target, right.Arguments[i].Expression, set);
        }

        // A method that the constructor calls as a statement: what it assigns and fills counts as if it stood there.
        private void Enter(InvocationExpressionSyntax call, HashSet<string> set)
        {
            foreach (var method in _body.CalledBy(call))
            {
                for (var i = 0; i < call.ArgumentList.Arguments.Count && i < method.ParameterList.Parameters.Count; i++)
                    if (NameOf(call.ArgumentList.Arguments[i].Expression) is { } container)
                        Note(_given, container, SyntaxFactory.IdentifierName(method.ParameterList.Parameters[i].Identifier));
                if (!_entered.Add(method)) continue;
                if (method.ExpressionBody is { } arrow) Assign(arrow.Expression, set);
                else if (Flow(method.Body, set) is { } after) set.UnionWith(after);
            }
        }

        private void Assign(string name, ExpressionSyntax? value, HashSet<string> set)
        {
            if (value is null) return;
            if (IsNull(value))
            {
                set.Remove(name);
                return;
            }

            Note(_given, name, value);
            Note(_values, name, value);
            if (value is ConditionalExpressionSyntax choice && (IsNull(choice.WhenTrue) || IsNull(choice.WhenFalse))) set.Remove(name);
            else set.Add(name);
        }

        private void Gather(string name, List<ITypeSymbol> types, HashSet<string> visited)
        {
            if (!visited.Add(name) || !_given.TryGetValue(name, out var given)) return;
            foreach (var node in given) Gather(node, types, visited);
        }

        private void Gather(SyntaxNode node, List<ITypeSymbol> types, HashSet<string> visited)
        {
            RuntimeHelpers.EnsureSufficientExecutionStack();
            if (node is ObjectCreationExpressionSyntax creation && _body.Bind(creation.Type) is { } type && TorchTypes.IsUserModule(type))
            {
                Add(type, types);
                return;
            }

            if (node is IdentifierNameSyntax name) Gather(name.Identifier.ValueText, types, visited);
            else if (node is InvocationExpressionSyntax call) GatherReturned(call, types, visited);
            foreach (var child in node.ChildNodes()) Gather(child, types, visited);
        }

        private void GatherReturned(InvocationExpressionSyntax call, List<ITypeSymbol> types, HashSet<string> visited)
        {
            foreach (var method in _body.CalledBy(call))
            {
                if (!visited.Add(method.Identifier.ValueText + "()" + method.ParameterList.Parameters.Count)) continue;
                if (_body.Bind(method.ReturnType) is { } stated && TorchTypes.IsUserModule(stated)) Add(stated, types);
                else
                    foreach (var value in ReachingResult(method))
                        Gather(value, types, visited);
            }
        }

        private static void Add(ITypeSymbol type, List<ITypeSymbol> types)
        {
            foreach (var known in types)
                if (SymbolEqualityComparer.Default.Equals(known, type))
                    return;
            types.Add(type);
        }

        // False where the value may be of a type that is not known.
        private bool AddTypes(ExpressionSyntax value, List<ITypeSymbol> types, HashSet<MethodDeclarationSyntax> open)
        {
            switch (value)
            {
                case ObjectCreationExpressionSyntax creation: return AddType(_body.Bind(creation.Type), types);
                case CastExpressionSyntax cast: return AddTypes(cast.Expression, types, open);
                case ParenthesizedExpressionSyntax inner: return AddTypes(inner.Expression, types, open);
                case PostfixUnaryExpressionSyntax suppressed: return AddTypes(suppressed.Operand, types, open);
                case AssignmentExpressionSyntax chained: return AddTypes(chained.Right, types, open);
                case InvocationExpressionSyntax call: return AddTypes(call, types, open);
                case ConditionalExpressionSyntax choice:
                    return (IsNull(choice.WhenTrue) || AddTypes(choice.WhenTrue, types, open))
                        && (IsNull(choice.WhenFalse) || AddTypes(choice.WhenFalse, types, open));
                case SwitchExpressionSyntax choice:
                    foreach (var arm in choice.Arms)
                        if (arm.Expression is not ThrowExpressionSyntax && !IsNull(arm.Expression) && !AddTypes(arm.Expression, types, open))
                            return false;
                    return true;
                default: return false;
            }
        }

        private static bool AddType(ITypeSymbol? type, List<ITypeSymbol> types)
        {
            if (type is null) return false;
            Add(type, types);
            return true;
        }

        // Linear(...) is torch.nn.Linear(...), which makes a TorchSharp.Modules.Linear; a method of the class says what it returns.
        private bool AddTypes(InvocationExpressionSyntax call, List<ITypeSymbol> types, HashSet<MethodDeclarationSyntax> open)
        {
            var name = call.Expression switch
            {
                IdentifierNameSyntax plain => plain.Identifier.ValueText,
                MemberAccessExpressionSyntax { Expression: IdentifierNameSyntax { Identifier.ValueText: "nn" } } access => access.Name.Identifier.ValueText,
                MemberAccessExpressionSyntax { Expression: MemberAccessExpressionSyntax { Name.Identifier.ValueText: "nn" } } access => access.Name.Identifier.ValueText,
                _ => null,
            };
            if (name is null) return false;
            for (var level = _body._type; level is not null && !TorchTypes.IsTorchSharp(level); level = level.BaseType)
                foreach (var member in level.GetMembers(name))
                    return member is IMethodSymbol { IsVirtual: false, IsOverride: false, IsAbstract: false } method
                        && (TorchTypes.IsOpaque(method.ReturnType) ? AddReturned(call, types, open) : AddType(method.ReturnType, types));
            return AddType(_body._compilation.GetTypeByMetadataName("TorchSharp.Modules." + name), types);
        }

        private bool AddReturned(InvocationExpressionSyntax call, List<ITypeSymbol> types, HashSet<MethodDeclarationSyntax> open)
        {
            if (_body.CalledBy(call) is not [var method] || !open.Add(method)) return false;
            foreach (var value in Results(method))
                if (!AddTypes(value, types, open))
                    return false;
            open.Remove(method);
            return true;
        }
    }
}
